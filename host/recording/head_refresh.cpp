#include "host/recording/head_refresh.h"

#include "host/recording/destination_file.h"
#include "host/recording/file_exchange.h"

namespace kato {
namespace {

constexpr size_t kHeadBytes = size_t{1} << 20;
constexpr size_t kBlockBytes = size_t{256} << 10;

// The new head, then what stands behind the old one; hashes of both files come out of it.
Status copy_with_head(File& old, const HeadChange& change, File& fresh, ReplacementIntent& intent) {
  GrowingHash old_hash;
  GrowingHash new_hash;
  new_hash.update(change.head);
  if (auto written = fresh.append(change.head); !written) return written;
  for (uint64_t at = 0;; at += kBlockBytes) {
    const auto block = read_range(old, at, at + kBlockBytes);
    if (!block) return forward(block);
    std::string_view bytes = *block;
    old_hash.update(bytes);
    const auto replaced = change.replaced_bytes - std::min(change.replaced_bytes, at);
    bytes.remove_prefix(std::min<uint64_t>(bytes.size(), replaced));
    new_hash.update(bytes);
    if (auto written = fresh.append(bytes); !written) return written;
    if (block->size() < kBlockBytes) break;
  }
  intent.before_hash = old_hash.value();
  intent.new_hash = new_hash.value();
  return {};
}

Result<ReplacementIntent> prepare(const HeadRefresh& step, File& old, const HeadChange& change,
                                  const Decision& beside) {
  ReplacementIntent intent;
  intent.new_path = beside.path;
  const auto mark = mark_of(old);
  if (!mark) return forward(mark);
  intent.before = *mark;
  const auto info = old.info();
  if (!info) return forward(info);
  auto fresh = make_beside(step.files, beside);
  if (!fresh) return forward(fresh);
  Status made = copy_with_head(old, change, **fresh, intent);
  if (made) made = finish_beside(**fresh, *info, intent);
  if (made) return intent;
  static_cast<void>(step.files.remove(intent.new_path));  // the failure is what is reported
  return forward(made);
}

}  // namespace

Result<bool> refresh_head(const HeadRefresh& step, Renderer& renderer, RecordingMeta& recording) {
  auto old = step.files.open_beneath(step.place.root, step.place.relative, OpenMode::kRead);
  if (!old) return forward(old);
  const auto head = read_range(**old, 0, kHeadBytes);
  if (!head) return forward(head);
  const auto change = renderer.refresh_head(*head);
  if (!change) return forward(change);
  if (change->replaced_bytes == 0) return false;
  auto intent = prepare(step, **old, *change, place_beside(step.place, recording));
  if (!intent) return false;
  recording.intent = std::move(*intent);
  if (auto committed = step.commit(); !committed) return forward(committed);
  const auto end = exchange_in(step.files, step.place.path, *recording.intent);
  if (!end && end.error().code() == ErrorCode::kExists) return forward(end);
  recording.intent.reset();
  const bool is_in_place = end && *end == ExchangeEnd::kInPlace;
  if (is_in_place) return true;
  // The number of the new file, which is gone, may be another one's soon.
  if (auto forgotten = step.commit(); !forgotten) return forward(forgotten);
  return false;
}

}  // namespace kato
