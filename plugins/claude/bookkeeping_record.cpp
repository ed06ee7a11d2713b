// Lines without a uuid: what the client keeps beside the conversation. Many are written again at
// every resume; only a change is news.
#include <algorithm>
#include <array>

#include "mapping.h"

namespace kato::claude {
namespace {

struct Ignored {
  std::string_view type;
  std::string_view reason;
};

constexpr std::array kIgnored = {
    Ignored{"progress", "progress"},
    Ignored{"file-history-snapshot", "file-history"},
    Ignored{"file-history-delta", "file-history"},
    Ignored{"last-prompt", "copy-of-prompt"},
    Ignored{"api-request", "api-bookkeeping"},
    Ignored{"api-request-shape", "api-bookkeeping"},
    Ignored{"api-request-blob", "api-bookkeeping"},
    Ignored{"api-request-resumed", "api-bookkeeping"},
    Ignored{"atis-latch", "client-bookkeeping"},
    Ignored{"cost-state", "client-bookkeeping"},
    Ignored{"tools-used", "client-bookkeeping"},
    Ignored{"bridge-session", "client-bookkeeping"},
    Ignored{"agent-color", "client-bookkeeping"},
    Ignored{"artifact-autoreact-ledger", "client-bookkeeping"},
    Ignored{"artifact-comment-monitor", "client-bookkeeping"},
    Ignored{"attribution-snapshot", "file-history"},
    Ignored{"content-replacement", "client-bookkeeping"},
    Ignored{"data-flow-incomplete", "client-bookkeeping"},
    Ignored{"data-flow-records", "client-bookkeeping"},
    Ignored{"derived-from", "client-bookkeeping"},
    Ignored{"dev-mods", "client-bookkeeping"},
    Ignored{"ended-by-model", "client-bookkeeping"},
    Ignored{"fork-context-ref", "client-bookkeeping"},
    Ignored{"history-suppression", "client-bookkeeping"},
    Ignored{"host-row", "client-bookkeeping"},
    Ignored{"hybrid-organization", "client-bookkeeping"},
    Ignored{"isolation-latch", "client-bookkeeping"},
    Ignored{"marble-origami-commit", "client-bookkeeping"},
    Ignored{"marble-origami-reset", "client-bookkeeping"},
    Ignored{"marble-origami-snapshot", "client-bookkeeping"},
    Ignored{"memory-mode", "client-bookkeeping"},
    Ignored{"observer-ref", "client-bookkeeping"},
    Ignored{"repl-mode", "client-bookkeeping"},
    Ignored{"resume-head-vouch", "client-bookkeeping"},
    Ignored{"session-owner", "client-bookkeeping"},
    Ignored{"speculation-accept", "client-bookkeeping"},
};

// A value that is written again and again.
struct Setting {
  std::string_view type;
  std::string_view member;
  std::string_view subtype;
  Repeated memory;
};

constexpr std::array kSettings = {
    Setting{"custom-title", "customTitle", "title", Repeated::kCustomTitle},
    Setting{"ai-title", "aiTitle", "title", Repeated::kAiTitle},
    Setting{"agent-name", "agentName", "agent-name", Repeated::kAgentName},
    Setting{"agent-setting", "agentSetting", "agent-setting", Repeated::kAgentSetting},
    Setting{"mode", "mode", "mode", Repeated::kMode},
    Setting{"permission-mode", "permissionMode", "permission-mode", Repeated::kPermissionMode},
    Setting{"pr-link", "prUrl", "pull-request", Repeated::kPullRequest},
    Setting{"tag", "tag", "tag", Repeated::kTag},
    Setting{"task-summary", "summary", "task-summary", Repeated::kTaskSummary},
};

void map_setting(const Mapping& to, const Setting& setting) {
  const Value value = to.record.root()[setting.member];
  if (!value.is_string()) {
    to.raw_line();
    return;
  }
  const auto text = value.text();
  if (!to.memory.changed(setting.memory, to.hash(text))) {
    to.record.ignore("unchanged");
    return;
  }
  to.info(setting.subtype, {.subtype = setting.subtype, .text = text, .data_json = {}});
}

// Clients up to 2.1.22. One at the head of a log is of another session; the text does not say so.
void map_summary(const Mapping& to) {
  const Value value = to.record.root()["summary"];
  if (!value.is_string()) {
    to.raw_line();
    return;
  }
  const auto text = value.text();
  if (!to.memory.changed(Repeated::kSummary, to.hash(text))) {
    to.record.ignore("unchanged");
    return;
  }
  const std::string_view subtype =
      to.memory.conversation_begun ? std::string_view("title") : std::string_view("summary");
  to.info("title", {.subtype = subtype, .text = text, .data_json = {}});
}

void map_value(const Mapping& to, std::string_view subtype, std::string_view member) {
  const Value value = to.record.root()[member];
  if (!value.exists()) {
    to.raw_line();
    return;
  }
  const bool text = value.is_string();
  to.info(subtype, {.subtype = subtype,
                    .text = text ? value.text() : std::string_view(),
                    .data_json = text ? std::string_view() : value.json()});
}

}  // namespace

bool map_bookkeeping(const Mapping& to) {
  const auto type = to.line.type;
  const auto ignored = std::find_if(kIgnored.begin(), kIgnored.end(),
                                    [&](const Ignored& one) { return one.type == type; });
  if (ignored != kIgnored.end()) {
    to.record.ignore(ignored->reason);
    return true;
  }
  const auto setting = std::find_if(kSettings.begin(), kSettings.end(),
                                    [&](const Setting& one) { return one.type == type; });
  if (setting != kSettings.end()) {
    map_setting(to, *setting);
  } else if (type == "summary") {
    map_summary(to);
  } else if (type == "worktree-state") {
    map_value(to, "worktree", "worktreeSession");
  } else if (type == "relocated") {
    map_value(to, "relocated", "relocatedCwd");
  } else if (type == "continued-in") {
    map_value(to, "continued", "continuedInSessionId");
  } else if (type == "frame-link") {
    map_value(to, "artifact-link", "frameUrl");
  } else if ((type == "started" || type == "result") && !to.line.agent_id.empty()) {
    to.record.ignore("workflow-journal");
  } else {
    return false;
  }
  return true;
}

}  // namespace kato::claude
