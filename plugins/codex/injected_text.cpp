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
    {"# AGENTS.md\n", "instructions"},
    {"<user_instructions>", "instructions"},
    {"<INSTRUCTIONS>", "instructions"},
    {"<permissions instructions>", "permissions"},
    {"<skills_instructions>", "skills"},
    {"<skill>", "skills"},
    {"<skills>", "skills"},
    {"<memories>", "memories"},
    {"<memory>", "memories"},
    {"<rules>", "instructions"},
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
    {"You were originally given instructions from a user over one or more turns.",
     "compaction-summary"},
    {"Warning: apply_patch was requested via ", "model-warning"},
    {"Warning: The maximum number of unified exec ", "model-warning"},
});

bool is_lower(char c) noexcept {
  return c >= 'a' && c <= 'z';
}

std::string_view subtype_by_words(std::string_view text) noexcept {
  for (const auto& opening : kOpenings) {
    if (text.starts_with(opening.words)) return opening.subtype;
  }
  return {};
}

// "agents_md.instructions" -> "agents-md-instructions", "USER_RULES" -> "user-rules"
std::string_view subtype_by_kind(const Line& line, std::string_view kind) {
  constexpr size_t kLongest = 48;
  if (kind.empty() || kind == "unknown" || kind.size() > kLongest) return {};
  char* const out = line.arena().take(kind.size());
  std::transform(kind.begin(), kind.end(), out, [](char c) {
    if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
    return is_lower(c) || (c >= '0' && c <= '9') ? c : '-';
  });
  return {out, kind.size()};
}

// "<turn_aborted>" and "<hook_prompt id=1>" -> their names; empty if no tag begins the text.
std::string_view element_name(std::string_view text) noexcept {
  if (!text.starts_with('<')) return {};
  return text.substr(1, text.find_first_of(" >\n", 1) - 1);
}

std::string_view between(std::string_view text, std::string_view begin,
                         std::string_view end) noexcept {
  const size_t at = text.find(begin);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + begin.size());
  return trimmed(text.substr(0, text.rfind(end)));
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

std::string_view subtype_of_element(const Line& line, std::string_view text, bool known_only) {
  text = trimmed(text);
  const auto name = element_name(text);
  const auto end = text.substr(0, text.size() - std::min<size_t>(text.size(), 1));
  if (name.empty() || !text.ends_with('>') || !end.ends_with(name)) return {};
  if (const auto known = subtype_by_words(text); !known.empty() || known_only) return known;
  const auto is_word = [](char c) { return is_lower(c) || (c >= 'A' && c <= 'Z') || c == '_'; };
  const bool several_words = name.find('_') != std::string_view::npos;
  const bool plain = several_words && std::all_of(name.begin(), name.end(), is_word);
  return plain ? subtype_by_kind(line, name) : std::string_view();
}

ShellText split_shell_text(std::string_view text) noexcept {
  const size_t result = text.find("<result>");
  return {between(text.substr(0, result), "<command>", "</command>"),
          result == std::string_view::npos ? std::string_view()
                                           : between(text, "<result>", "</result>")};
}

IdeText split_ide_text(std::string_view text) noexcept {
  constexpr std::string_view kMarker = "\n## My request for Codex:";
  const size_t marker = text.starts_with("# ") ? text.find(kMarker) : std::string_view::npos;
  if (marker == std::string_view::npos) return {{}, text};
  return {trimmed(text.substr(0, marker)), trimmed(text.substr(marker + kMarker.size()))};
}

}  // namespace kato::codex
