// The words for enumerations in state files.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "host/session/session_meta.h"

namespace kato {

template <class T, size_t kCount>
using Words = std::array<std::pair<T, std::string_view>, kCount>;

inline constexpr Words<SessionDriver, 3> kDriverWords{{{SessionDriver::kUnknown, "unknown"},
                                                       {SessionDriver::kPerson, "person"},
                                                       {SessionDriver::kProgram, "program"}}};
inline constexpr Words<SessionParentage, 3> kParentageWords{
    {{SessionParentage::kNone, "none"},
     {SessionParentage::kSpawned, "spawned"},
     {SessionParentage::kForked, "forked"}}};
inline constexpr Words<CursorKind, 3> kCursorWords{{{CursorKind::kByteOffset, "byte-offset"},
                                                    {CursorKind::kItemIndex, "item-index"},
                                                    {CursorKind::kOpaque, "opaque"}}};
inline constexpr Words<SourceRole, 3> kRoleWords{{{SourceRole::kWhole, "whole"},
                                                  {SourceRole::kContinuation, "continuation"},
                                                  {SourceRole::kCopy, "copy"}}};
inline constexpr Words<SourceStanding, 4> kStandingWords{
    {{SourceStanding::kActive, "active"},
     {SourceStanding::kSuperseded, "superseded"},
     {SourceStanding::kMissing, "missing"},
     {SourceStanding::kQuarantined, "quarantined"}}};
inline constexpr Words<RequestOrigin, 2> kOriginWords{
    {{RequestOrigin::kChat, "chat"}, {RequestOrigin::kCommandLine, "command-line"}}};
inline constexpr Words<DesiredState, 2> kDesiredWords{
    {{DesiredState::kOff, "off"}, {DesiredState::kOn, "on"}}};

template <class T, size_t kCount>
[[nodiscard]] constexpr std::string_view word_of(const Words<T, kCount>& words, T value) {
  for (const auto& [known, word] : words) {
    if (known == value) return word;
  }
  return words[0].second;
}

template <class T, size_t kCount>
[[nodiscard]] constexpr std::optional<T> value_of(const Words<T, kCount>& words,
                                                  std::string_view word) {
  for (const auto& [value, known] : words) {
    if (known == word) return value;
  }
  return std::nullopt;
}

}  // namespace kato
