#include "host/ingest/meta_making.h"

#include <algorithm>

#include "host/base/time_text.h"
#include "host/source/source_state.h"

namespace kato {
namespace {

void widen_times(SessionIdentity& identity, const SessionSummary& summary) {
  const auto earlier = [](std::optional<UnixMillis> one, std::optional<UnixMillis> other) {
    if (!one || !other) return one ? one : other;
    return std::optional(std::min(*one, *other));
  };
  const auto later = [](std::optional<UnixMillis> one, std::optional<UnixMillis> other) {
    return std::max(one, other);  // nothing is less than any time
  };
  identity.first_time = earlier(identity.first_time, summary.first_time);
  identity.last_time = later(identity.last_time, summary.last_time);
}

}  // namespace

bool is_as_read(const SourceMeta& meta, const FileInfo& now) {
  return is_untouched(
      {.id = meta.id, .size_bytes = meta.size_bytes, .mtime_ns = meta.mtime_ns, .head = {}}, now);
}

SourceMeta make_source_meta(const SessionSource& source) {
  SourceMeta meta;
  meta.path = source.file.path;
  meta.root = source.file.root->path;
  meta.role = static_cast<SourceRole>(source.identity.relation);
  meta.rank = source.identity.rank;
  meta.continues_source = source.identity.continues_source;
  meta.continues_at = source.identity.continues_at;
  return meta;
}

SessionMeta make_session_meta(const Session& session) {
  const auto& identity = session.identity();
  SessionMeta meta;
  meta.identity.provider = session.ref.provider;
  meta.identity.provider_session_id = session.ref.provider_session_id;
  meta.identity.session_id = session.ref.session_id;
  meta.identity.parent_provider_session_id = identity.parent_provider_session_id;
  meta.identity.parentage = static_cast<SessionParentage>(identity.parentage);
  meta.identity.driver = static_cast<SessionDriver>(identity.driver);
  meta.identity.project_directory = identity.project_directory;
  meta.identity.client_version = identity.client_version;
  meta.identity.first_time = parse_rfc3339(identity.started_at);
  return meta;
}

void keep_summary(SessionMeta& meta, const SessionSummary& summary) {
  auto& identity = meta.identity;
  widen_times(identity, summary);
  if (identity.project_directory.empty()) identity.project_directory = summary.project_directory;
  if (!summary.client_versions.empty()) identity.client_version = summary.client_versions.back();
  if (meta.twin.exists) {
    const bool logged = !summary.logged_title.empty();
    if (logged || identity.title.empty()) identity.title = summary.title();
  }
  meta.event_count += summary.event_count();
}

}  // namespace kato
