// The kinds of canonical events, schema version 1. What each means: docs/events.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace kato {

// The numbers are those of the plugin ABI.
enum class EventKind : uint8_t {
  kUserMessage = 1,
  kUserKatoCommand = 2,
  kUserDecisionResponse = 3,
  kAssistantMessage = 4,
  kAssistantThinking = 5,
  kAssistantToolCall = 6,
  kAssistantToolResult = 7,
  kAssistantDecisionPrompt = 8,
  kSystemMessage = 9,
  kProviderInfo = 10,
  kProviderRaw = 11,
};

inline constexpr std::array kAllEventKinds = {
    EventKind::kUserMessage,          EventKind::kUserKatoCommand,
    EventKind::kUserDecisionResponse, EventKind::kAssistantMessage,
    EventKind::kAssistantThinking,    EventKind::kAssistantToolCall,
    EventKind::kAssistantToolResult,  EventKind::kAssistantDecisionPrompt,
    EventKind::kSystemMessage,        EventKind::kProviderInfo,
    EventKind::kProviderRaw,
};

// "user.message" and so on.
[[nodiscard]] std::string_view kind_name(EventKind kind) noexcept;
[[nodiscard]] std::optional<EventKind> kind_of_name(std::string_view name) noexcept;

}  // namespace kato
