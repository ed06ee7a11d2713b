// From what a person wrote as a destination, or from nothing at all, to a path.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "host/io/file_system.h"
#include "host/policy/file_names.h"
#include "host/policy/sink_choice.h"

namespace kato {

// What of a session goes into generated names.
struct SessionNames {
  std::string provider;
  std::string session_id;
  std::string short_id;
  std::function<Result<std::string>()> title;  // asked for when a name needs it; may give ""
  std::string project_directory;               // empty if unknown
  std::optional<CivilTime> first_time;         // the session's first known time
};

struct DestinationRules {
  std::string state_directory;
  std::string home;                         // empty if unknown
  std::optional<std::string> default_path;  // the template; nothing: kBuiltInDestination
  std::string default_extension;            // of the default sink, without a dot; may be empty
  std::span<const SinkExtension> sinks;     // whose extensions are known
};

// The template filled in. A name whose extension belongs to no sink gets the default one; that of
// the built-in template is replaced by it. kInvalid where the template begins with "{project}" and
// the session has none; the error of the title where that is needed.
[[nodiscard]] Result<std::string> default_destination(const DestinationRules& rules,
                                                      const SessionNames& session);

struct ResolvedDestination {
  std::string path;
  bool is_generated = false;  // the name is not one that a person chose
};

// A full path, "~/...", or one relative to `base_folder`. An existing folder, or a path that ends
// in "/", gets a generated name: that of the default destination. Empty text: the default
// destination. The path is neither canonical nor allowed yet: PathPolicy decides that.
[[nodiscard]] Result<ResolvedDestination> resolve_destination(FileSystem& files,
                                                              std::string_view text,
                                                              const std::string& base_folder,
                                                              const DestinationRules& rules,
                                                              const SessionNames& session);

}  // namespace kato
