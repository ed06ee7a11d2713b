// Headings: whose words follow, and when they were said.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "options.h"

namespace kato::markdown {

// Who a heading names. The values are part of the saved state.
enum class Role : char {
  kNobody = '-',
  kUser = 'u',
  kAssistant = 'a',
  kSystem = 's',
};

struct Speaker {
  Role role = Role::kNobody;
  std::string name;  // as shown, one line

  bool operator==(const Speaker&) const = default;
};

// The longest name that is shown, in characters.
constexpr size_t kMaxNameCharacters = 200;

// The speaker of `role`; `model` counts for an assistant only and may be empty.
[[nodiscard]] Speaker speaker_of(Role role, std::string_view model, const Options& options);

// A model's name as it is shown: its last "-N-M" becomes "-N.M".
void append_model_name(std::string& out, std::string_view model);

struct HeadingInput {
  const Speaker& speaker;
  std::string_view model;  // empty: unknown
  int64_t time_unix_ms;    // KATO_NO_TIME: unknown
  int32_t utc_offset_s;
};

// Appends the heading's line without its newline.
void append_heading(std::string& out, const HeadingInput& input, const Options& options);

// Whether append_heading understands `heading_template`: known tokens, no nested groups, one line.
[[nodiscard]] bool is_heading_template(std::string_view heading_template);

}  // namespace kato::markdown
