#include "host/event/kind.h"

#include <algorithm>

namespace kato {

std::string_view kind_name(EventKind kind) noexcept {
  switch (kind) {
    case EventKind::kUserMessage:
      return "user.message";
    case EventKind::kUserKatoCommand:
      return "user.kato-command";
    case EventKind::kUserDecisionResponse:
      return "user.decision.response";
    case EventKind::kAssistantMessage:
      return "assistant.message";
    case EventKind::kAssistantThinking:
      return "assistant.thinking";
    case EventKind::kAssistantToolCall:
      return "assistant.tool.call";
    case EventKind::kAssistantToolResult:
      return "assistant.tool.result";
    case EventKind::kAssistantDecisionPrompt:
      return "assistant.decision.prompt";
    case EventKind::kSystemMessage:
      return "system.message";
    case EventKind::kProviderInfo:
      return "provider.info";
    case EventKind::kProviderRaw:
      return "provider.raw";
  }
  return "provider.raw";
}

std::optional<EventKind> kind_of_name(std::string_view name) noexcept {
  const auto* const found =
      std::ranges::find(kAllEventKinds, name, [](EventKind kind) { return kind_name(kind); });
  if (found == kAllEventKinds.end()) return std::nullopt;
  return *found;
}

}  // namespace kato
