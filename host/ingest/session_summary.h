// What is worth knowing of a session without reading it: gathered while its events go by.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/event/event.h"

namespace kato {

struct SessionSummary {
  std::string first_message;  // the first user message on one line, cut at kMaxTitleBytes
  std::string logged_title;   // the latest that the log itself gives
  std::string hinted_title;   // what stands beside the log, or what a sub-agent is called
  std::string project_directory;
  std::vector<std::string> client_versions;  // that wrote it, each once, in order
  std::optional<UnixMillis> first_time;
  std::optional<UnixMillis> last_time;
  std::vector<std::string> models;  // that have spoken, each once, in order
  std::array<uint64_t, kAllEventKinds.size() + 1> counts{};  // by the number of the kind

  static constexpr size_t kMaxTitleBytes = 240;

  void add(const Event& event);
  // Absent texts say nothing. The first project directory stands.
  void add_facts(std::string_view project, std::string_view client_version);
  [[nodiscard]] uint64_t event_count() const;
  // Names of the kinds that occurred, in the order of their numbers.
  [[nodiscard]] std::vector<std::string> kinds() const;
  // Absent texts say nothing.
  void add_hint(std::string_view title);
  // The log's title, else the one beside it, else the first message.
  [[nodiscard]] const std::string& title() const;
};

// `text` on one line: white space folded to single blanks, cut at a character boundary.
[[nodiscard]] std::string one_line(std::string_view text, size_t max_bytes);

}  // namespace kato
