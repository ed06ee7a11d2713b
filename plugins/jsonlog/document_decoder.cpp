#include "document_decoder.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <ranges>
#include <utility>

#include "repair.h"

namespace kato::jsonlog {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr uint64_t kItemsBetweenAsking = 256;
constexpr size_t kMostKeptBytes = size_t{4} << 20;

bool is_blank(std::string_view text) noexcept {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

struct DocumentDecoder::Call {
  Call(const sdk::Host& its_host, sdk::Emitter& its_out, std::string_view its_text,
       uint64_t its_offset)
      : host(its_host), out(its_out), text(its_text), offset(its_offset) {}

  const sdk::Host& host;
  sdk::Emitter& out;
  std::string_view text;  // without a byte-order mark
  uint64_t offset;        // of `text` in the source
  RecordKeys keys;
  std::optional<OriginalOffsets> original;  // if the text had to be repaired
  UnchangedStretch stretch;                 // that was left out of what was parsed
  uint64_t begun = 0;                       // of the next record in `text`
  size_t repairs = 0;                       // reported so far
  size_t records = 0;                       // reported so far
  Taken before;                             // empty: the host does not know it
  Taken now;

  // The record from where the last one ended to `end`, a place in the text that was parsed.
  RecordPlace place_up_to(size_t end, std::string_view line) {
    const uint64_t original_end = original ? original->of(end) : stretch.end_of(end);
    const RecordPlace place{line, offset + begun, original_end - begun};
    begun = original_end;
    return place;
  }

  // An item of the stretch, with what separates it from the next one.
  void name_next_of_stretch(size_t next_begin) {
    const RecordPlace place{{}, offset + begun, next_begin - begun};
    begun = next_begin;
    name_unchanged(place);
  }

  void name_unchanged(const RecordPlace& place) {
    sdk::Record record;
    record.outcome = KATO_RECORD_UNCHANGED;
    record.offset_bytes = place.offset_bytes;
    record.length_bytes = place.length_bytes;
    out.record(record);
    ++records;
  }
};

kato_status DocumentDecoder::decode(const sdk::Host& host, const kato_decode_input& input,
                                    sdk::Emitter& out, uint64_t& consumed_bytes) {
  const std::string_view whole = sdk::view(input.bytes);
  const size_t mark = whole.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  Call call(host, out, whole.substr(mark), input.base_offset_bytes + mark);
  const bool final = (input.flags & KATO_DECODE_FINAL) != 0;
  if (call.text.empty() && !final) {
    last_ = {};
    return KATO_OK;
  }

  const bool knows_last = (input.flags & KATO_DECODE_KNOWS_LAST) != 0;
  const bool is_abridged = knows_last && parse_without_stretch(call);
  const JsonError error = is_abridged ? JsonError::kNone : parse(call);
  if (error == JsonError::kSyntax && !final) {
    host.error(KATO_RETRY_LATER, call.offset + json_.error_offset(), "not JSON, or not all of it");
    return KATO_RETRY_LATER;
  }
  if (mark > 0) {
    sdk::Record record;
    record.outcome = KATO_RECORD_IGNORED;
    record.offset_bytes = input.base_offset_bytes;
    record.length_bytes = mark;
    record.type = record.reason = "blank";
    out.record(record);
    ++call.records;
  }
  auto last = std::exchange(last_, {});
  if (knows_last) call.before = std::move(last);
  if (error != JsonError::kNone || !json_.root().is_object()) {
    refuse(call, error == JsonError::kNone ? "not-an-object" : reason_of(error));
  } else if (const kato_status status = take_document(call); status != KATO_OK) {
    return status;
  }
  if (!final) last_ = std::move(call.now);
  if (abridged_.capacity() > kMostKeptBytes) abridged_ = {};
  consumed_bytes = whole.size();
  return KATO_OK;
}

void DocumentDecoder::refuse(Call& call, std::string_view reason) {
  if (call.text.empty()) return;
  const bool blank = is_blank(call.text);
  sdk::Record record;
  record.outcome = blank ? KATO_RECORD_IGNORED : KATO_RECORD_MALFORMED;
  record.offset_bytes = call.offset;
  record.length_bytes = call.text.size();
  record.type = blank ? "blank" : "malformed";
  record.reason = blank ? "blank" : reason;
  if (!blank) call.host.error(KATO_SKIP_RECORD, call.offset + json_.error_offset(), reason);
  call.out.record(record);
}

template <class Decide>
void DocumentDecoder::take(Call& call, const RecordPlace& place, Value root, Decide&& decide) {
  LogRecord record(place, json_, call.host, call.out, call.keys, {}, root);
  record.repairs_before_ = call.repairs;
  decide(record);
  record.account();
  ++call.records;
  call.repairs = json_.repairs();
  json_.arena().clear();  // texts live as long as the record
}

JsonError DocumentDecoder::parse(Call& call) {
  call.stretch = {};
  const JsonError error = json_.parse(call.text, Behind::kPadding);
  if (error == JsonError::kNone && json_.parsed_text().data() != call.text.data()) {
    call.original.emplace(call.text);
    call.now.as_written = false;
  }
  return error;
}

// False: all of it must be parsed.
bool DocumentDecoder::parse_without_stretch(Call& call) {
  if (!last_.as_written) return false;
  const auto& items = last_.items;
  const size_t same = count_unchanged(call.text, items, call.host);
  const auto from =
      std::ranges::find_if(std::views::reverse(last_.milestones),
                           [same](const Milestone& milestone) { return milestone.item <= same; });
  if (from == last_.milestones.rend() || from->item == 0) return false;
  const UnchangedStretch stretch{.begin = items.front().begin,
                                 .length = items[from->item].begin - items.front().begin,
                                 .items = from->item};
  if (stretch.length < call.text.size() / 2) return false;  // not worth the copy
  const auto rest = without(call.text, stretch, abridged_);
  if (json_.parse(rest, Behind::kPadding) != JsonError::kNone) return false;
  if (json_.parsed_text().data() != rest.data() || !json_.root().is_object()) return false;
  const auto list = this->items(json_.root()).items();
  if (list.begin() == list.end() || (*list.begin()).offset() != stretch.begin) return false;
  call.stretch = stretch;
  return true;
}

kato_status DocumentDecoder::take_document(Call& call) {
  const auto on_head = [this](LogRecord& record) { this->on_head(record); };
  const auto on_tail = [this](LogRecord& record) { this->on_tail(record); };

  begin();
  const Value root = json_.root();
  const Value list = this->items(root);
  const auto items = list.items();
  if (items.begin() == items.end()) {
    // A head keeps its key when items come; what has no list is known by its bytes.
    const auto line = list.is_array() ? std::string_view() : call.text;
    take(call, call.place_up_to(json_.parsed_text().size(), line), root, on_head);
    return KATO_OK;
  }
  take(call, call.place_up_to((*items.begin()).offset(), {}), root, on_head);
  if (const kato_status status = take_items(call, list); status != KATO_OK) return status;
  take(call, call.place_up_to(json_.parsed_text().size(), {}), root, on_tail);
  return KATO_OK;
}

void DocumentDecoder::note_items(Call& call, Value list) {
  const auto known = call.before.items.begin();
  call.now.items.assign(known, known + static_cast<ptrdiff_t>(call.stretch.items));
  for (const Value item : list.items()) {
    const auto bytes = item.bytes();
    const size_t begin = call.stretch.place_of(item.offset());
    call.now.items.push_back({call.host.hash(bytes), begin, begin + bytes.size()});
  }
}

kato_status DocumentDecoder::take_items(Call& call, Value list) {
  note_items(call, list);
  const size_t unchanged = recall_unchanged(call);
  if (unchanged < call.stretch.items) {  // the head says other things than before
    if (parse(call) != JsonError::kNone) return KATO_FATAL;
    list = this->items(json_.root());
    note_items(call, list);
  }
  if (const kato_status status = name_stretch(call); status != KATO_OK) return status;
  const auto items = list.items();
  const size_t count = call.now.items.size();
  uint64_t index = call.stretch.items;
  for (auto at = items.begin(); at != items.end(); ++index) {
    if (index % kItemsBetweenAsking == 0 && call.host.cancelled()) return KATO_CANCELLED;
    const Value item = *at;
    ++at;
    const auto bytes = item.bytes();
    const size_t end = at == items.end() ? item.offset() + bytes.size() : (*at).offset();
    RecordPlace place = call.place_up_to(end, bytes);
    place.item = index;
    if (index < unchanged) {
      call.name_unchanged(place);
      continue;
    }
    // Documents grow and change at their end: the nearer to it, the less is taken again.
    if (std::has_single_bit(count - index)) {
      call.now.milestones.push_back({index, memory_of(call)});
    }
    take(call, place, item, [&](LogRecord& record) { on_item(record, index); });
  }
  call.now.milestones.push_back({count, memory_of(call)});
  thin_out(call.now);
  return KATO_OK;
}

kato_status DocumentDecoder::name_stretch(Call& call) {
  for (size_t index = 0; index < call.stretch.items; ++index) {
    if (index % kItemsBetweenAsking == 0 && call.host.cancelled()) return KATO_CANCELLED;
    call.name_next_of_stretch(call.now.items[index + 1].begin);
  }
  return KATO_OK;
}

// One is kept for each doubling of the distance from the end.
void DocumentDecoder::thin_out(Taken& taken) {
  std::vector<Milestone> kept;
  std::optional<uint64_t> last_width;
  while (!taken.milestones.empty()) {
    auto& milestone = taken.milestones.back();
    const auto width = static_cast<uint64_t>(std::bit_width(taken.items.size() - milestone.item));
    if (width != last_width) kept.push_back(std::move(milestone));
    last_width = width;
    taken.milestones.pop_back();
  }
  std::ranges::reverse(kept);
  taken.milestones = std::move(kept);
}

// How many items are as they were. The memory in front of the next one is recalled.
size_t DocumentDecoder::recall_unchanged(Call& call) {
  Taken& now = call.now;
  Taken& before = call.before;
  now.records_before_items = call.records;
  now.memory_behind_head = memory_of(call);
  if (call.original || before.records_before_items != now.records_before_items ||
      before.memory_behind_head != now.memory_behind_head) {
    return 0;
  }
  const auto differing =
      std::ranges::mismatch(before.items, now.items, {}, &DocumentItem::hash, &DocumentItem::hash)
          .in1;
  const auto same = static_cast<size_t>(differing - before.items.begin());
  std::erase_if(before.milestones, [same](const Milestone& one) { return one.item > same; });
  if (before.milestones.empty()) return 0;
  now.milestones = std::move(before.milestones);
  const auto& last = now.milestones.back();
  StateReader in(last.memory);
  call.keys.restore(in);
  begin();
  restore_memory(in);
  return last.item;
}

std::string DocumentDecoder::memory_of(const Call& call) const {
  StateWriter out;
  call.keys.save(out);
  save_memory(out);
  return out.bytes();
}

sdk::SavedState DocumentDecoder::save() const {
  sdk::SavedState saved;
  saved.version = state_version();
  return saved;
}

bool DocumentDecoder::fits(const kato_state_blob& state) const {
  return state.version == state_version() && state.blob.size == 0;
}

}  // namespace kato::jsonlog
