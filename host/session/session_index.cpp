#include "host/session/session_index.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "host/base/hash.h"
#include "host/session/indexed_session_json.h"

namespace kato {
namespace {

// The file is JSON with one session in each line, so that it can be read line by line. It ends in
// the number of sessions: a part of it is not taken for the whole.
constexpr std::string_view kBegin = "{\"schemaVersion\":1,\"sessions\":[\n";
constexpr std::string_view kVersionKey = "{\"schemaVersion\":";
constexpr std::string_view kEnd = "],\"count\":";
constexpr size_t kMinGarbageBytes = size_t{1} << 20;

uint64_t stamp_of(const FileId& id, uint64_t size_bytes, int64_t mtime_ns) {
  const std::array<uint64_t, 4> facts{id.device, id.inode, size_bytes,
                                      static_cast<uint64_t>(mtime_ns)};
  return hash64({reinterpret_cast<const char*>(facts.data()), sizeof(facts)});
}

std::unexpected<Error> damaged(std::string_view what) {
  return fail(ErrorCode::kInvalid, "the index of the sessions is damaged: {}", what);
}

// Of a file that does not begin as this version's does.
std::unexpected<Error> not_understood(std::string_view text) {
  uint32_t version = 0;
  if (text.starts_with(kVersionKey)) {
    text.remove_prefix(kVersionKey.size());
    std::from_chars(text.data(), text.data() + text.size(), version);
  }
  if (version <= kIndexSchemaVersion) return damaged("its beginning");
  return fail(ErrorCode::kUnsupported,
              "the index of the sessions has schema version {}, this build of Kato knows version "
              "{}; it was not touched. Use the Kato that wrote it, or move it away to have it made "
              "again from the metas",
              version, kIndexSchemaVersion);
}

}  // namespace

uint64_t first_key_hash(std::string_view record_key) noexcept {
  return record_key.empty() ? 0 : hash64(record_key);
}

UnixMillis last_time_of(const IndexedSession& session) {
  constexpr int64_t kNanosPerMilli = 1'000'000;
  if (session.identity.last_time) return *session.identity.last_time;
  int64_t newest_ns = 0;
  for (const auto& source : session.sources) {
    newest_ns = std::max(newest_ns, source.mtime_ns);
  }
  return {newest_ns / kNanosPerMilli};
}

SessionIndex::SessionIndex() : reader_(std::make_unique<IndexedSessionReader>()) {}
SessionIndex::~SessionIndex() = default;
SessionIndex::SessionIndex(SessionIndex&&) noexcept = default;
SessionIndex& SessionIndex::operator=(SessionIndex&&) noexcept = default;

Result<SessionIndex> SessionIndex::from_json(std::string_view text) {
  if (!text.starts_with(kBegin)) return not_understood(text);
  text.remove_prefix(kBegin.size());
  SessionIndex index;
  index.text_.reserve(text.size());
  while (!text.starts_with(kEnd)) {
    const auto newline = text.find('\n');
    if (newline == std::string_view::npos) return damaged("its end is missing");
    auto line = text.substr(0, newline);
    text.remove_prefix(newline + 1);
    if (line.ends_with(',')) line.remove_suffix(1);
    const auto* const session = index.reader_->read(line);
    if (session == nullptr || index.slots_.contains(hash64(session->identity.session_id))) {
      return damaged("a session");
    }
    index.add_line(line, *session);
  }
  text.remove_prefix(kEnd.size());
  size_t count = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool ends = end.ec == std::errc() && std::string_view(end.ptr, text.end()) == "}\n";
  if (!ends || count != index.size()) return damaged("its end");
  return index;
}

std::string SessionIndex::to_json() const {
  std::string json(kBegin);
  json.reserve(text_.size() - garbage_bytes_ + 2 * slots_.size() + 100);
  bool first = true;
  for (const auto& [session, slot] : slots_) {
    if (!first) json.append(",\n");
    first = false;
    json.append(line_of(slot));
  }
  if (!first) json.push_back('\n');
  json.append(kEnd).append(std::to_string(slots_.size())).append("}\n");
  return json;
}

std::string_view SessionIndex::line_of(const Slot& slot) const {
  return std::string_view(text_).substr(slot.offset, slot.length);
}

const IndexedSession* SessionIndex::take_apart(const Slot& slot) const {
  return reader_->read(line_of(slot));
}

void SessionIndex::add_line(std::string_view line, const IndexedSession& session) {
  const uint64_t id = hash64(session.identity.session_id);
  drop(id);
  for (const auto& source : session.sources) {
    sources_[hash64(source.path)] = {
        .session = id, .stamp = stamp_of(source.id, source.size_bytes, source.mtime_ns)};
    if (source.first_key_hash != 0) first_keys_.emplace(source.first_key_hash, id);
  }
  slots_[id] = {.offset = text_.size(), .length = static_cast<uint32_t>(line.size())};
  text_.append(line);
}

void SessionIndex::drop(uint64_t session) {
  const auto slot = slots_.find(session);
  if (slot == slots_.end()) return;
  if (const auto* const known = reader_->read(line_of(slot->second))) {
    for (const auto& source : known->sources) {
      const auto entry = sources_.find(hash64(source.path));
      if (entry != sources_.end() && entry->second.session == session) sources_.erase(entry);
      const auto [from, to] = first_keys_.equal_range(source.first_key_hash);
      for (auto key = from; key != to;) {
        key = key->second == session ? first_keys_.erase(key) : std::next(key);
      }
    }
  }
  garbage_bytes_ += slot->second.length;
  slots_.erase(slot);
}

void SessionIndex::put(const SessionMeta& meta) {
  const auto session = indexed_session_of(meta);
  // What was seen of its sources stays seen.
  std::vector<uint64_t> seen;
  for (const auto& source : session.sources) {
    const auto entry = sources_.find(hash64(source.path));
    if (entry != sources_.end() && entry->second.seen) seen.push_back(entry->first);
  }
  add_line(indexed_session_to_json(session), session);
  for (const auto path : seen) {
    sources_[path].seen = true;
  }
  compact();
}

void SessionIndex::put_unread(IndexedSession session) {
  session.sources.clear();
  add_line(indexed_session_to_json(session), session);
}

void SessionIndex::remove(std::string_view session_id) {
  drop(hash64(session_id));
  compact();
}

void SessionIndex::compact() {
  if (garbage_bytes_ < kMinGarbageBytes || garbage_bytes_ < text_.size() / 2) return;
  std::string kept;
  kept.reserve(text_.size() - garbage_bytes_);
  for (auto& [session, slot] : slots_) {
    const auto line = line_of(slot);
    slot.offset = kept.size();
    kept.append(line);
  }
  text_ = std::move(kept);
  garbage_bytes_ = 0;
}

std::optional<IndexedSession> SessionIndex::find(std::string_view session_id) const {
  const auto slot = slots_.find(hash64(session_id));
  if (slot == slots_.end()) return std::nullopt;
  const auto* const session = take_apart(slot->second);
  if (session == nullptr || session->identity.session_id != session_id) return std::nullopt;
  return *session;
}

void SessionIndex::for_each(const std::function<void(const IndexedSession&)>& take) const {
  for (const auto& [id, slot] : slots_) {
    if (const auto* const session = take_apart(slot)) take(*session);
  }
}

SourceSight SessionIndex::see_source(std::string_view path, const FileInfo& now) {
  const auto entry = sources_.find(hash64(path));
  if (entry == sources_.end()) return SourceSight::kUnknown;
  entry->second.seen = true;
  const auto stamp = stamp_of(now.id, now.size_bytes, now.mtime_ns);
  return stamp == entry->second.stamp ? SourceSight::kUntouched : SourceSight::kChanged;
}

std::optional<std::string> SessionIndex::session_of_source(std::string_view path) const {
  const auto entry = sources_.find(hash64(path));
  if (entry == sources_.end()) return std::nullopt;
  const auto slot = slots_.find(entry->second.session);
  const auto* const session = slot == slots_.end() ? nullptr : take_apart(slot->second);
  if (session == nullptr) return std::nullopt;
  return session->identity.session_id;
}

std::vector<IndexedSource> SessionIndex::unseen_sources() const {
  std::vector<IndexedSource> unseen;
  const bool any = std::ranges::any_of(sources_, [](const auto& e) { return !e.second.seen; });
  if (!any) return unseen;
  for_each([&](const IndexedSession& session) {
    for (const auto& source : session.sources) {
      const auto entry = sources_.find(hash64(source.path));
      if (entry != sources_.end() && !entry->second.seen) unseen.push_back(source);
    }
  });
  return unseen;
}

std::vector<std::string> SessionIndex::sessions_beginning_with(std::string_view record_key) const {
  std::vector<std::string> sessions;
  const auto [from, to] = first_keys_.equal_range(first_key_hash(record_key));
  for (auto key = from; key != to; ++key) {
    const auto slot = slots_.find(key->second);
    const auto* const session = slot == slots_.end() ? nullptr : take_apart(slot->second);
    if (session != nullptr) sessions.push_back(session->identity.session_id);
  }
  return sessions;
}

size_t SessionIndex::memory_bytes() const noexcept {
  constexpr size_t kNodeBytes = 48;
  return text_.capacity() +
         (slots_.size() + sources_.size() + first_keys_.size()) * (kNodeBytes + sizeof(void*));
}

}  // namespace kato
