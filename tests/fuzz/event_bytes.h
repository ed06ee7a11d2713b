// Events as an input of a fuzzer: texts divided by control characters (sections.h).
#pragma once

#include <kato/testkit/sample_events.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace kato::fuzz {

// What the host would hand over: texts are UTF-8, JSON is JSON, times are times, seq ascends.
[[nodiscard]] std::vector<testkit::SampleEvent> events_of(std::string_view bytes);

// An input that gives such events again, but for divided texts and what the host adds.
[[nodiscard]] std::string bytes_of(const std::vector<testkit::SampleEvent>& events);

// The valid part of `text`.
[[nodiscard]] std::string utf8_of(std::string_view text);

}  // namespace kato::fuzz
