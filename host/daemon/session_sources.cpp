#include "host/daemon/session_sources.h"

#include <algorithm>
#include <utility>

#include "host/ingest/meta_making.h"
#include "host/ingest/source_place.h"

namespace kato {
namespace {

bool holds_whole(const SourceMeta& source) {
  return source.role != SourceRole::kContinuation;
}

bool holds_whole(const SessionSource& source) {
  return source.identity.relation != SourceRelation::kContinuation;
}

void stands(SourceMeta& source) {
  if (source.standing != SourceStanding::kQuarantined) source.standing = SourceStanding::kActive;
}

}  // namespace

std::optional<size_t> SessionSources::entry_of(const std::string& path) const {
  const auto found = std::ranges::find(meta_.sources, path, &SourceMeta::path);
  if (found == meta_.sources.end()) return std::nullopt;
  return static_cast<size_t>(found - meta_.sources.begin());
}

std::optional<size_t> SessionSources::index_of(const std::string& path) const {
  const auto index = entry_of(path);
  if (!index || meta_.sources[*index].standing == SourceStanding::kSuperseded) return std::nullopt;
  return index;
}

// One file that is the one that is known: nothing need be looked for.
bool SessionSources::is_simple(const Session& found) const {
  if (found.sources.size() != 1 || !found.set_aside.empty()) return false;
  if (found.sources[0].file.info.type != FileType::kRegular) return false;
  if (meta_.sources.empty()) return true;
  return meta_.sources.size() == 1 && meta_.sources[0].path == found.sources[0].file.path;
}

Status SessionSources::settle(const Session& found) {
  if (is_simple(found)) {
    put(0, found.sources[0]);
    return {};
  }
  auto arranged = arrange(found.ref, those_on_disk(found));
  before_.clear();
  for (const auto& source : meta_.sources) {
    before_.push_back(source.standing);
  }
  note_missing(found, arranged);
  for (auto& source : arranged.sources) {
    place(std::move(source));
  }
  for (auto& source : arranged.set_aside) {
    set_aside(std::move(source));
  }
  if (root_ != nullptr) return {};
  return fail(ErrorCode::kNotFound, "session {} of provider {} has no source",
              found.ref.provider_session_id, found.ref.provider);
}

bool SessionSources::note_grown(const SourceFile& file) {
  if (all_.size() != 1 || meta_.sources.size() != 1) return false;
  auto& known = all_.front().file;
  if (known.path != file.path || known.root != file.root || known.pattern != file.pattern) {
    return false;
  }
  known.info = file.info;
  stands(meta_.sources.front());
  return true;
}

// What the meta knows and is not there keeps its state, and what was said of it last.
void SessionSources::note_missing(const Session& found, const Session& present) {
  const auto in = [](const std::vector<SessionSource>& sources, const std::string& path) {
    return std::ranges::find(sources, path, [](const SessionSource& one) { return one.file.path; });
  };
  all_.resize(meta_.sources.size());
  for (size_t i = 0; i < meta_.sources.size(); ++i) {
    SourceMeta& source = meta_.sources[i];
    const bool is_there = in(present.sources, source.path) != present.sources.end() ||
                          in(present.set_aside, source.path) != present.set_aside.end();
    if (is_there) continue;
    source.standing = SourceStanding::kMissing;
    for (const auto* const some : {&found.sources, &found.set_aside}) {
      if (const auto known = in(*some, source.path); known != some->end()) all_[i] = *known;
    }
    all_[i].file.path = source.path;
    if (all_[i].file.root != nullptr) root_ = all_[i].file.root;
  }
}

std::vector<SessionSource> SessionSources::those_on_disk(const Session& found) const {
  std::vector<SessionSource> there;
  for (const auto* const some : {&found.sources, &found.set_aside}) {
    for (const auto& source : *some) {
      const auto info = files_.info(source.file.path);
      if (!info || info->type != FileType::kRegular) continue;
      there.push_back(source);
      there.back().file.info = *info;
    }
  }
  return there;
}

size_t SessionSources::put(size_t index, SessionSource source) {
  if (index == meta_.sources.size()) meta_.sources.push_back(make_source_meta(source));
  if (all_.size() <= index) all_.resize(index + 1);
  note_project(index, source.identity.project_directory);
  SourceMeta& meta = meta_.sources[index];
  const auto said = make_source_meta(source);
  meta.path = said.path;
  meta.root = said.root;
  meta.role = said.role;
  meta.rank = said.rank;
  meta.continues_source = said.continues_source;
  meta.continues_at = said.continues_at;
  stands(meta);
  root_ = source.file.root;
  all_[index] = std::move(source);
  return index;
}

// What the source's companions say of the project may come late: it counts for the session if what
// was believed until now was that source's word too.
void SessionSources::note_project(size_t index, const std::string& project_directory) {
  auto& believed = meta_.identity.project_directory;
  const bool is_its_word =
      meta_.sources.size() == 1 || all_[index].identity.project_directory == believed;
  if (is_its_word && !project_directory.empty()) believed = project_directory;
}

// True if what the session has read of another file may stand in this one too. lately: only the one
// that it was read from until now.
bool SessionSources::another_was_read(size_t index, bool lately) const {
  for (size_t i = 0; i < before_.size(); ++i) {
    const auto& other = meta_.sources[i];
    const bool counts = !lately || before_[i] == SourceStanding::kActive;
    if (i != index && counts && holds_whole(other) && other.cursor.value > 0) return true;
  }
  return false;
}

void SessionSources::place(SessionSource source) {
  const bool whole = holds_whole(source);
  if (const auto index = entry_of(source.file.path)) {
    const bool was_aside =
        *index < before_.size() && before_[*index] == SourceStanding::kSuperseded;
    put(*index, std::move(source));
    if (whole && another_was_read(*index, !was_aside) &&
        before_[*index] != SourceStanding::kActive) {
      meta_.sources[*index].alignment.due = true;
    }
    return;
  }
  if (const auto taken = entry_to_take_over(source)) {
    put(*taken, std::move(source));
    return;
  }
  const auto index = put(meta_.sources.size(), std::move(source));
  if (whole && another_was_read(index, false)) meta_.sources[index].alignment.due = true;
}

// A file that cannot be read now, or not yet, takes nothing over.
std::optional<size_t> SessionSources::entry_to_take_over(const SessionSource& source) const {
  std::optional<SourceReader> reader;
  for (size_t i = 0; i < before_.size(); ++i) {
    const auto& entry = meta_.sources[i];
    const bool same_role = holds_whole(entry) == holds_whole(source);
    const bool was_read = holds_whole(entry) && before_[i] == SourceStanding::kActive;
    const bool may = same_role && entry.anchor && !entry.alignment.due &&
                     (entry.standing == SourceStanding::kMissing || was_read);
    if (!may) continue;
    if (!reader) {
      auto opened =
          SourceReader::open(files_, source.file.path,
                             source.file.root->rules.rule(source.file.pattern).packing, buffer_);
      if (!opened) return std::nullopt;
      reader.emplace(std::move(*opened));
    }
    const auto holds = holds_anchor(entry, *reader);
    if (holds && *holds) return i;
  }
  return std::nullopt;
}

void SessionSources::set_aside(SessionSource source) {
  const auto known = entry_of(source.file.path);
  const auto info = source.file.info;
  const auto index = put(known.value_or(meta_.sources.size()), std::move(source));
  SourceMeta& meta = meta_.sources[index];
  meta.standing = SourceStanding::kSuperseded;
  meta.standing_reason = "another file of the session ranks better";
  meta.id = info.id;
  meta.size_bytes = info.size_bytes;
  meta.mtime_ns = info.mtime_ns;
}

}  // namespace kato
