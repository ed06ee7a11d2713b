// What is committed at the end of a step, and while it is going on, before anything of the step is:
// part of SessionRuntime.
#include <algorithm>

#include "host/daemon/session_runtime.h"

namespace kato {
namespace {

constexpr uint64_t kQuietThroughout = UINT64_MAX;

}  // namespace

SessionRuntime::~SessionRuntime() {
  services_.commits.make_text(key_);
}

void SessionRuntime::commit_soon() {
  if (services_.commits.is_in_place(key_)) commit_on_disk_ = commit_put_;
  ++meta_.commit;
  commit_put_ = meta_.commit;
  const auto make = [this] { return meta_to_json(meta_); };
  return may_commit_amid_step() ? services_.commits.put(key_, make())
                                : services_.commits.put_late(key_, make);
}

// Then the next step may have to commit what the last one put, without anything of its own.
bool SessionRuntime::may_commit_amid_step() const {
  const auto is_document = [](const SessionSource& source) {
    return source.file.root != nullptr && source.file.rule().growth == Growth::kDocument;
  };
  return std::ranges::any_of(sources_.all(), is_document) ||
         std::ranges::any_of(meta_.sources, &SourceMeta::retelling);
}

Status SessionRuntime::commit_now() {
  commit_soon();
  if (auto committed = services_.commits.commit_now(key_); !committed) return committed;
  rest();
  return finish_swap();
}

// Commits something while a step is going on. Everything else is as the last commit has it.
Status SessionRuntime::commit_amid_step(const std::function<Status(SessionMeta&)>& change) {
  if (auto committed = services_.commits.commit_now(key_); !committed) return committed;
  auto stored = services_.metas.load(key_);
  if (!stored) return forward(stored);
  if (!*stored) return {};
  if (auto changed = change(**stored); !changed) return changed;
  services_.commits.put(key_, meta_to_json(**stored));
  return services_.commits.commit_now(key_);
}

// The lines that are appended next do not say that they may not command. A run that finds them, and
// no commit after them, must know.
Status SessionRuntime::tell_quiet(size_t source) {
  return commit_amid_step([source](SessionMeta& stored) -> Status {
    if (source < stored.sources.size()) {
      stored.sources[source].alignment.quiet_until_bytes = kQuietThroughout;
    }
    return {};
  });
}

// What the step told is not the former version's, even if a kill leaves only that of it. And a kill
// may come before or after the ids are replaced: what is committed allows both until the step is.
Status SessionRuntime::keep_retelling(size_t source, const IngestStep& step) {
  if (!step.former_events && step.new_contents.empty()) return {};
  if (!step.new_contents.empty()) meta_.sources[source].contents_renewed = true;
  RenewedIds renewed;
  const auto committed = commit_amid_step([&](SessionMeta& stored) -> Status {
    if (step.former_events && source < stored.sources.size()) {
      auto& told = stored.sources[source];
      told.plugin_version = meta_.sources[source].plugin_version;
      told.former_events = *step.former_events;
      told.retelling = true;
      told.standing = meta_.sources[source].standing;
      told.standing_reason = meta_.sources[source].standing_reason;
    }
    if (step.new_contents.empty()) return {};
    if (source < stored.sources.size()) stored.sources[source].contents_renewed = true;
    auto made = memory_->renewed(step.new_contents, stored.known_ids.count);
    if (!made) return forward(made);
    renewed = std::move(*made);
    stored.known_ids.hash = renewed.present_hash;
    stored.known_ids.renewed_hash = renewed.committed_hash;
    return {};
  });
  if (!committed || renewed.bytes.empty()) return committed;
  if (auto done = memory_->renew(renewed); !done) return done;
  services_.commits.needs_file(key_, services_.state.ids(key_));
  services_.commits.needs_folder(key_, services_.state.sessions());
  return {};
}

}  // namespace kato
