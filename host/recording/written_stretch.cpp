#include "host/recording/written_stretch.h"

#include <algorithm>
#include <utility>

#include "host/base/hash.h"

namespace kato {
namespace {

constexpr uint64_t kNearBytes = uint64_t{4} << 10;
constexpr uint64_t kEarlierBytes = uint64_t{256} << 10;  // before the end that the text had
constexpr size_t kTellingBytes = 64;  // that are there stand where they were written

}  // namespace

Result<WrittenStretch> WrittenStretch::locate(DestinationFile& file, const UnsureStretch& stretch,
                                              const DestinationMark& after, WrittenBefore before) {
  WrittenStretch found;
  found.at_ = stretch.offset_bytes;
  found.end_ = stretch.end_bytes;
  found.skipped_ = stretch.skipped_bytes;
  found.after_power_loss_ = stretch.after_power_loss;
  found.changed_ = stretch.changed;
  found.before_ = std::move(before);
  const auto file_bytes = file.info().size_bytes;
  if (stretch.after_power_loss) found.end_ = std::max(found.end_, file_bytes);
  const auto tail = found.locate_tail(file, after);
  if (!tail) return forward(tail);
  // Nothing stands before it by which to tell.
  if (after.tail_length_bytes == 0) found.seek_from_ = stretch.skipped_bytes > 0 ? found.at_ : 0;
  if (after.tail_length_bytes > 0 && !*tail) {  // somebody edited it
    if (stretch.after_power_loss) found.at_ = std::min(found.at_, file_bytes);
    const auto near = found.at_ - std::min(found.at_, kNearBytes);
    found.seek_from_ = std::max(near, found.earlier_.begin_in_file().value_or(near));
    if (stretch.skipped_bytes > 0) found.seek_from_ = found.at_;
    found.is_sought_ = stretch.after_power_loss;
    found.is_anywhere_ = stretch.after_power_loss && stretch.skipped_bytes == 0;
  }
  if (!*tail || **tail == after.size_bytes) return found;
  if (stretch.after_power_loss) {  // all that stands behind it is searched, wherever it began then
    if (stretch.skipped_bytes == 0) {
      found.at_ = **tail;
    } else {  // the edit may have come before the torn piece was found, or since
      found.seek_from_ = std::min(found.at_, **tail);
    }
    return found;
  }
  found.moved_ = Moved{.announced_at = stretch.offset_bytes, .tail_end = **tail};
  // More may have been removed, before it was announced, than stands before it.
  const bool can_move = stretch.offset_bytes + **tail >= after.size_bytes;
  return can_move ? found.moved_to(stretch.offset_bytes + **tail - after.size_bytes) : found;
}

// What was written last may read like something else that stands there.
Result<std::optional<uint64_t>> WrittenStretch::locate_tail(DestinationFile& file,
                                                            const DestinationMark& after) {
  const auto file_bytes = file.info().size_bytes;
  const auto length = after.tail_length_bytes;
  auto tail = find_tail(file.file(), file_bytes, after);
  if (!tail || length == 0 || *tail == after.size_bytes) return tail;
  auto text = before_.end();
  if (!text) return forward(text);
  if (text->empty()) return tail;
  earlier_ = std::move(*text);
  const auto near = std::min(after.size_bytes, file_bytes);
  if (auto found = earlier_.find_in(file.file(), near - std::min(near, kEarlierBytes)); !found) {
    return forward(found);
  }
  if (const auto end = earlier_.end_in_file(); end && *end >= length) {
    const auto there = read_range(file.file(), *end - length, *end);
    if (!there) return forward(there);
    if (hash64(*there) != after.tail_hash) return std::nullopt;
    if (skipped_ > 0) return end;  // it goes on right there
    // Its last line may have been edited, and said again since.
    seek_from_ = earlier_.before_end_in_file();
    is_sought_ = after_power_loss_ && seek_from_;
    return end;
  }
  if (!*tail) return tail;
  const auto is_another = earlier_.repeats(file.file(), **tail - length, length);
  if (!is_another) return forward(is_another);
  return *is_another ? std::nullopt : *tail;
}

std::optional<UnsureStretch> WrittenStretch::left() const {
  if (!goes_on()) return std::nullopt;
  return UnsureStretch{.offset_bytes = at_,
                       .end_bytes = end_,
                       .skipped_bytes = skipped_,
                       .begins_line = false,
                       .after_power_loss = after_power_loss_,
                       .changed = changed_};
}

Result<std::string> WrittenStretch::read(File& file, uint64_t from_bytes, uint64_t most) const {
  return read_range(file, from_bytes,
                    from_bytes + std::min(end_ - std::min(end_, from_bytes), most));
}

Result<WrittenStretch::Fit> WrittenStretch::fit(File& file, std::string_view bytes) const {
  const auto skipped = std::min<uint64_t>(skipped_, bytes.size());
  bytes.remove_prefix(skipped);
  const auto there = read(file, at_, bytes.size());
  if (!there) return forward(there);
  const auto [in_file, wanted] = std::ranges::mismatch(*there, bytes);
  return Fit{.bytes = skipped + static_cast<size_t>(wanted - bytes.begin()),
             .to_end = !there->empty() && in_file == there->end()};
}

Result<size_t> WrittenStretch::match(File& file, std::string_view bytes) const {
  const auto fitting = fit(file, bytes);
  if (!fitting) return forward(fitting);
  return fitting->bytes;
}

WrittenStretch WrittenStretch::moved_to(uint64_t offset_bytes) const {
  WrittenStretch moved = *this;
  moved.at_ = offset_bytes;
  moved.end_ += offset_bytes - at_;  // may be less than zero; the sum wraps back
  return moved;
}

// Lines of JSON begin alike: that something is there and nothing else says more than how much.
Status WrittenStretch::choose_place(File& file, std::string_view bytes) {
  const auto moved = *std::exchange(moved_, std::nullopt);
  const auto here = fit(file, bytes);
  if (!here) return forward(here);
  if (here->to_end) return {};
  const auto announced = moved_to(moved.announced_at);
  const auto there = announced.fit(file, bytes);
  if (!there) return forward(there);
  if (!there->to_end) {
    const auto skipped = std::min<uint64_t>(skipped_, bytes.size());
    const auto place = find_beginning(file, moved.tail_end, bytes.substr(skipped));
    if (!place) return forward(place);
    if (*place) {
      *this = moved_to(**place);
      return {};
    }
  }
  if (there->to_end || there->bytes > here->bytes) *this = announced;
  return {};
}

Result<bool> WrittenStretch::is_begun(File& file, std::string_view bytes) const {
  if (skipped_ > 0) return true;
  const auto here = fit(file, bytes);
  if (!here) return forward(here);
  if (here->to_end || here->bytes >= std::min(bytes.size(), kTellingBytes)) return true;
  const auto place = look_further(file, bytes);
  if (!place) return forward(place);
  return place->has_value();
}

// A few of the bytes may be there by chance.
Result<bool> WrittenStretch::holds_other(File& file, std::string_view bytes) const {
  const auto there = read(file, at_, 1);
  if (!there) return forward(there);
  if ((there->empty() && !is_sought_) || skipped_ > 0) return false;
  const auto here = fit(file, bytes);
  if (!here) return forward(here);
  if (here->to_end || here->bytes >= std::min(bytes.size(), kTellingBytes)) return false;
  const auto place = look_further(file, bytes);
  if (!place) return forward(place);
  return !*place;
}

std::string_view WrittenStretch::announced_of(std::string_view bytes) const {
  if (after_power_loss_ || skipped_ > 0) return {};  // what goes on does so right there
  const bool is_told = at_ < end_ && end_ - at_ <= bytes.size();
  return is_told ? bytes.substr(0, end_ - at_) : std::string_view();
}

Status WrittenStretch::go_where_it_is_whole(File& file, std::string_view announced) {
  const auto announced_at = moved_ ? moved_->announced_at : at_;
  const auto place = find_whole_write(file, announced, announced_at, before());
  if (!place) return forward(place);
  if (!*place) return {};
  moved_.reset();
  seek_from_.reset();
  *this = moved_to(**place);
  return {};
}

// A person may have written into it. The line in which that begins stands further on then.
Result<std::optional<uint64_t>> WrittenStretch::find_end(File& file, std::string_view announced,
                                                         const Fit& here, bool is_certain) const {
  if (here.to_end || here.bytes >= announced.size()) return std::nullopt;
  const auto begun = announced.substr(0, here.bytes);
  const auto is_placed =
      is_certain ? Result<bool>(true) : is_from_last_write(file, begun, before());
  if (!is_placed) return forward(is_placed);
  const auto lines = begun.rfind('\n') + 1;
  return find_end_of(file,
                     {.text = announced,
                      .there_bytes = lines,
                      .from_bytes = at_ + lines,
                      .is_place_certain = *is_placed},
                     before());
}

Result<size_t> WrittenStretch::take(File& file, std::string_view bytes) {
  if (!goes_on() || bytes.empty()) return size_t{0};
  is_sought_ = false;
  const auto announced = announced_of(bytes);
  const bool is_certain = !moved_ && !seek_from_;
  if (!is_certain) {
    if (auto gone = go_where_it_is_whole(file, announced); !gone) return forward(gone);
  }
  if (moved_) {
    if (auto chosen = choose_place(file, bytes); !chosen) return forward(chosen);
  }
  auto here = fit(file, bytes);
  if (!here) return forward(here);
  const auto known = std::min<uint64_t>(skipped_, bytes.size());
  const auto telling = std::min(bytes.size(), known + kTellingBytes);
  if (here->bytes < telling) {  // perhaps by chance
    if (auto sought = seek(file, bytes.substr(known)); !sought) return forward(sought);
    here = fit(file, bytes);
    if (!here) return forward(here);
    const bool is_by_chance = is_anywhere_ && !here->to_end && here->bytes < telling;
    if (is_by_chance) here->bytes = known;
  }
  const auto edited_end = find_end(file, announced, *here, is_certain);
  if (!edited_end) return forward(edited_end);
  if (*edited_end) {
    const auto info = file.info();
    if (!info) return forward(info);
    *this = WrittenStretch();
    at_ = std::min(**edited_end, info->size_bytes);
    return announced.size() - (**edited_end - at_);  // its end of line may be torn off
  }
  const auto matched = here->bytes;
  is_anywhere_ = is_anywhere_ && matched == 0;
  const auto skipped = std::min<uint64_t>(skipped_, matched);
  skipped_ -= skipped;
  at_ += matched - skipped;
  if (matched < bytes.size()) {
    skipped_ = 0;
    end_ = at_;
  }
  return matched;
}

// It may stand behind what a person wrote after it was announced.
Result<std::optional<uint64_t>> WrittenStretch::look_further(File& file,
                                                             std::string_view bytes) const {
  for (auto from = seek_from_.value_or(at_);;) {
    const auto place = find_beginning(file, from, bytes);
    if (!place || !*place || !seek_from_) return place;
    const auto is_earlier =
        earlier_.stands_at(file, **place, std::min<size_t>(bytes.size(), kTellingBytes));
    if (!is_earlier) return forward(is_earlier);
    if (!*is_earlier) return place;
    from = **place + 1;
  }
}

Status WrittenStretch::seek(File& file, std::string_view bytes) {
  const auto place = look_further(file, bytes);
  if (!place) return forward(place);
  if (!*place) return {};
  seek_from_.reset();
  is_anywhere_ = false;
  const auto end = end_;
  *this = moved_to(**place);
  if (after_power_loss_) end_ = end;
  return {};
}

}  // namespace kato
