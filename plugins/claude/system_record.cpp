// Lines of the type "system": what the client notes between the turns.
#include <array>

#include "mapping.h"
#include "user_record.h"
#include "user_text.h"

namespace kato::claude {
namespace {

struct Notice {
  std::string_view subtype;  // the log's
  std::string_view meaning;  // ours
  std::string_view data;     // the member that is kept as data
  kato_level level;
};

constexpr std::array kNotices = {
    Notice{"compact_boundary", "compaction", "compactMetadata", KATO_LEVEL_INFO},
    Notice{"microcompact_boundary", "compaction", "microcompactMetadata", KATO_LEVEL_INFO},
    Notice{"api_error", "api-error", "error", KATO_LEVEL_ERROR},
    Notice{"error", "api-error", "error", KATO_LEVEL_ERROR},
    Notice{"api_refusal", "refusal", "apiRefusalCategory", KATO_LEVEL_WARNING},
    Notice{"model_fallback", "model-fallback", "fallbackModel", KATO_LEVEL_WARNING},
    Notice{"model_refusal_fallback", "model-fallback", "fallbackModel", KATO_LEVEL_WARNING},
    Notice{"model_refusal_no_fallback", "refusal", "apiRefusalCategory", KATO_LEVEL_WARNING},
    Notice{"model_consent_fallback", "model-fallback", "fallbackModel", KATO_LEVEL_WARNING},
    Notice{"agents_killed", "notice", "", KATO_LEVEL_INFO},
    Notice{"cloud_session_status", "notice", "", KATO_LEVEL_INFO},
    Notice{"memory_saved", "notice", "writtenPaths", KATO_LEVEL_INFO},
    Notice{"permission_retry", "notice", "commands", KATO_LEVEL_INFO},
    Notice{"snip_boundary", "compaction", "snipMetadata", KATO_LEVEL_INFO},
    Notice{"informational", "notice", "", KATO_LEVEL_INFO},
    Notice{"bridge_status", "notice", "", KATO_LEVEL_INFO},
    Notice{"scheduled_task_fire", "notice", "", KATO_LEVEL_INFO},
    Notice{"turn_duration", "turn-end", "durationMs", KATO_LEVEL_DEBUG},
    Notice{"session_start", "session-start", "", KATO_LEVEL_DEBUG},
    Notice{"", "notice", "", KATO_LEVEL_INFO},  // 1.0.x
};

// The line's own words, or those of its error.
std::string_view words_of(const Mapping& to) {
  if (to.line.content.is_string()) return to.line.content.text();
  const Value error = to.record.root()["error"];
  if (error.is_string()) return error.text();
  for (const auto* member : {"formatted", "message"}) {
    const auto text = error[member].text();
    if (!text.empty()) return text;
  }
  const auto nested = error["error"]["error"]["message"].text();
  return nested.empty() ? error["error"]["message"].text() : nested;
}

std::string_view data_of(const Mapping& to, std::string_view member) {
  if (member.empty()) return {};
  const Value value = to.record.root()[member];
  if (!value.exists() || value.kind() == jsonlog::JsonKind::kNull) return {};
  if (value.is_object()) return value.json();
  return to.arena().join({"{\"", member, "\":", value.json(), "}"});
}

// Of interest only where a hook failed or stopped the agent.
void map_stop_hooks(const Mapping& to) {
  const Value root = to.record.root();
  const Value errors = root["hookErrors"];
  const bool failed = errors.items().begin() != errors.items().end();
  if (!failed && !root["preventedContinuation"].is_true()) {
    to.record.ignore("hook-bookkeeping");
    return;
  }
  to.info("hook", {.subtype = "hook-error",
                   .text = root["stopReason"].text(),
                   .data_json = failed ? errors.json() : std::string_view(),
                   .level = KATO_LEVEL_WARNING});
}

}  // namespace

void map_system(const Mapping& to) {
  const auto subtype = to.line.subtype;
  if (subtype == "local_command") {
    map_user_content(to, to.line.content);
    return;
  }
  if (subtype == "away_summary" && to.line.content.is_string()) {
    to.system_message("text", "away-summary", to.line.content.text());
    return;
  }
  if (is_one_of(subtype, "api_metrics file_snapshot placed rewind_stand_in snip_marker")) {
    to.record.ignore("client-bookkeeping");
    return;
  }
  if (subtype == "stop_hook_summary") {
    map_stop_hooks(to);
    return;
  }
  for (const auto& notice : kNotices) {
    if (notice.subtype != subtype) continue;
    to.info("notice", {.subtype = notice.meaning,
                       .text = words_of(to),
                       .data_json = data_of(to, notice.data),
                       .level = notice.level});
    return;
  }
  to.raw_line();
}

}  // namespace kato::claude
