#include "host/ingest/session_summary.h"

#include <algorithm>
#include <numeric>

#include "host/base/time_text.h"

namespace kato {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";
constexpr size_t kMostNames = 64;

void add_time(SessionSummary& summary, std::string_view timestamp) {
  const auto time = parse_rfc3339(timestamp);
  if (!time) return;
  summary.first_time = std::min(summary.first_time.value_or(*time), *time);
  summary.last_time = std::max(summary.last_time.value_or(*time), *time);
}

void add_model(SessionSummary& summary, const EventBody& body) {
  const bool speaks = body.kind == EventKind::kAssistantMessage ||
                      body.kind == EventKind::kAssistantThinking ||
                      body.kind == EventKind::kAssistantToolCall;
  if (!speaks || body.model.empty() || summary.models.size() >= kMostNames) return;
  if (!summary.models.empty() && summary.models.back() == body.model) return;
  if (std::ranges::find(summary.models, body.model) == summary.models.end()) {
    summary.models.emplace_back(body.model);
  }
}

}  // namespace

void SessionSummary::add(const Event& event) {
  const EventBody& body = event.body;
  ++counts[static_cast<size_t>(body.kind)];
  add_time(*this, body.provider_timestamp);
  add_model(*this, body);
  if (body.kind == EventKind::kUserMessage && first_message.empty()) {
    first_message = one_line(body.payload.text, kMaxTitleBytes);
  }
  if (body.kind == EventKind::kProviderInfo && body.payload.subtype == "title") {
    logged_title = one_line(body.payload.text, kMaxTitleBytes);
  }
}

void SessionSummary::add_facts(std::string_view project, std::string_view client_version) {
  if (project_directory.empty()) project_directory = project;
  const bool known = client_version.empty() || client_versions.size() >= kMostNames ||
                     std::ranges::find(client_versions, client_version) != client_versions.end();
  if (!known) client_versions.emplace_back(client_version);
}

void SessionSummary::add_hint(std::string_view title) {
  if (!title.empty()) hinted_title = one_line(title, kMaxTitleBytes);
}

uint64_t SessionSummary::event_count() const {
  return std::accumulate(counts.begin(), counts.end(), uint64_t{0});
}

std::vector<std::string> SessionSummary::kinds() const {
  std::vector<std::string> names;
  for (const auto kind : kAllEventKinds) {
    if (counts[static_cast<size_t>(kind)] > 0) names.emplace_back(kind_name(kind));
  }
  return names;
}

const std::string& SessionSummary::title() const {
  if (!logged_title.empty()) return logged_title;
  return hinted_title.empty() ? first_message : hinted_title;
}

std::string one_line(std::string_view text, size_t max_bytes) {
  std::string line;
  while (line.size() < max_bytes) {
    const auto word_at = text.find_first_not_of(kBlanks);
    if (word_at == std::string_view::npos) break;
    text.remove_prefix(word_at);
    const auto word = text.substr(0, text.find_first_of(kBlanks));
    if (!line.empty()) line.push_back(' ');
    line.append(word);
    text.remove_prefix(word.size());
  }
  if (line.size() <= max_bytes) return line;
  size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  line.resize(end);
  return line;
}

}  // namespace kato
