#include "injected_text.h"

#include <algorithm>
#include <array>

namespace kato::codex {
namespace {

struct Opening {
  std::string_view words;
  std::string_view subtype;
};

constexpr std::string_view kAbortNote = "<turn_aborted>";

// The more frequent ones first.
constexpr auto kOpenings = std::to_array<Opening>({
    {"<environment_context>", "environment-context"},
    {"# AGENTS.md instructions", "instructions"},
    {"<user_instructions>", "instructions"},
    {"<INSTRUCTIONS>", "instructions"},
    {"<permissions instructions>", "permissions"},
    {"<skills_instructions>", "skills"},
    {"<skill>", "skills"},
    {"<collaboration_mode>", "collaboration-mode"},
    {"<plugins_instructions>", "plugins"},
    {"<recommended_plugins>", "plugins"},
    {"<apps_instructions>", "apps"},
    {"<app-context>", "app-context"},
    {"<tools>", "tools"},
    {"<multi_agent_mode>", "multi-agent"},
    {"<multi_agent_role>", "multi-agent"},
    {"<personality_spec>", "personality"},
    {"<model_switch>", "model-instructions"},
    {"<model_instructions>", "model-instructions"},
    {"<hook_prompt", "hook-output"},
    {"<subagent_notification>", "agent-notification"},
    {"<codex_internal_context", "goal"},
    {"<goal_context>", "goal"},
    {"<heartbeat>", "automation"},
    {"<automation", "automation"},
    {"<user_shell_command>", "shell-command"},
    {"<user_action>", "user-action"},
    {"Another language model started to solve this problem", "compaction-summary"},
});

std::string_view subtype_by_words(std::string_view text) noexcept {
  for (const auto& opening : kOpenings) {
    if (text.starts_with(opening.words)) return opening.subtype;
  }
  return {};
}

// "agents_md.instructions" -> "agents-md-instructions"
std::string_view subtype_by_kind(const Line& line, std::string_view kind) {
  constexpr size_t kLongest = 48;
  if (kind.empty() || kind == "unknown" || kind.size() > kLongest) return {};
  const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  char* const out = line.arena().take(kind.size());
  std::transform(kind.begin(), kind.end(), out, [&](char c) { return is_word(c) ? c : '-'; });
  return {out, kind.size()};
}

BlockClass classify(const Line& line, std::string_view text, std::string_view kind,
                    std::string_view fallback) {
  text = trimmed(text);
  if (text.starts_with(kAbortNote)) return {false, true, "interruption"};
  if (const auto subtype = subtype_by_words(text); !subtype.empty()) return {false, false, subtype};
  const auto by_kind = subtype_by_kind(line, kind);
  return {false, false, by_kind.empty() ? fallback : by_kind};
}

}  // namespace

BlockClass classify_user_block(const Line& line, std::string_view text, std::string_view kind) {
  if (kind.starts_with("user.")) return {true, false, {}};
  const auto found = classify(line, text, kind, {});
  return found.subtype.empty() ? BlockClass{true, false, {}} : found;
}

BlockClass classify_client_block(const Line& line, std::string_view text, std::string_view kind) {
  return classify(line, text, kind, "instructions");
}

IdeText split_ide_text(std::string_view text) noexcept {
  constexpr std::string_view kMarker = "## My request for Codex:";
  const bool wrapped = text.starts_with("# Context from my IDE setup:") ||
                       text.starts_with("# Files mentioned by the user:") ||
                       text.starts_with("# In app browser:");
  const size_t marker = wrapped ? text.find(kMarker) : std::string_view::npos;
  if (marker == std::string_view::npos) return {{}, text};
  return {trimmed(text.substr(0, marker)), trimmed(text.substr(marker + kMarker.size()))};
}

}  // namespace kato::codex
