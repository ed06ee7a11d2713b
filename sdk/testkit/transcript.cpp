#include <algorithm>
#include <kato/common.hpp>
#include <kato/testkit/fake_host.hpp>
#include <kato/testkit/transcript.hpp>

namespace kato::testkit {
namespace {

constexpr size_t kMaxBreaches = 20;
constexpr size_t kMaxPrivateTexts = 500;
constexpr size_t kPrivateTextBytes = 32;

std::string bounded_text(kato_str text) {
  return std::string(sdk::view(text).substr(0, size_t{2} * KATO_MAX_KEY_BYTES));
}

std::string at_text(uint64_t offset) {
  return " at " + std::to_string(offset);
}

// A field that the kind cannot do without.
std::string missing_field(int32_t kind, const kato_payload& payload) {
  switch (kind) {
    case KATO_USER_MESSAGE:
    case KATO_ASSISTANT_MESSAGE:
      return payload.text.data == nullptr && payload.attachment_count == 0 ? "text" : "";
    case KATO_ASSISTANT_THINKING:
      return payload.text.data == nullptr ? "text" : "";
    case KATO_ASSISTANT_TOOL_CALL:
      if (payload.tool_call_id.size == 0) return "tool_call_id";
      return payload.tool_name.size == 0 ? "tool_name" : "";
    case KATO_ASSISTANT_TOOL_RESULT:
      return payload.tool_call_id.size == 0 ? "tool_call_id" : "";
    case KATO_USER_DECISION_RESPONSE:
      return payload.decision_id.size == 0 ? "decision_id" : "";
    case KATO_ASSISTANT_DECISION_PROMPT:
      if (payload.decision_key.size == 0) return "decision_key";
      return payload.decision_id.size == 0 ? "decision_id" : "";
    case KATO_SYSTEM_MESSAGE:
    case KATO_PROVIDER_INFO:
      return payload.subtype.size == 0 ? "subtype" : "";
    case KATO_PROVIDER_RAW:
      return payload.raw_type.size == 0 ? "raw_type" : "";
    default:
      return {};
  }
}

template <class Item>
std::string first_difference(const std::vector<Item>& one, const std::vector<Item>& other,
                             std::string_view what) {
  const size_t common = std::min(one.size(), other.size());
  for (size_t i = 0; i < common; ++i) {
    if (one[i] == other[i]) continue;
    return std::string(what) + " " + std::to_string(i) + ":\n      " + one[i].text() +
           "\n      against\n      " + other[i].text();
  }
  if (one.size() == other.size()) return {};
  const bool first_has_more = one.size() > other.size();
  return std::to_string(one.size()) + " " + std::string(what) + "s against " +
         std::to_string(other.size()) + "; only the " + (first_has_more ? "first" : "second") +
         " has\n      " + (first_has_more ? one[common] : other[common]).text();
}

// What was said, and long enough not to be found elsewhere by chance. The name of a model may be as
// long, and a state may hold it.
bool is_private(const kato_draft& draft, const kato_payload& payload) {
  const bool is_metadata =
      draft.kind == KATO_PROVIDER_INFO && sdk::view(payload.subtype) != "title";
  return payload.text.size >= kPrivateTextBytes && !is_metadata;
}

}  // namespace

std::string HeardDraft::text() const {
  return said + marks + at_text(offset_bytes) + "+" + std::to_string(length_bytes);
}

std::string HeardRecord::text() const {
  return outcome_text(outcome) + at_text(offset_bytes) + "+" + std::to_string(length_bytes) +
         " type=" + type + " reason=" + reason + " key=" + key +
         " repaired=" + std::to_string(repaired_count);
}

Transcript::Transcript() {
  emitter_.struct_size = sizeof(emitter_);
  emitter_.context = this;
  emitter_.draft = &Transcript::draft;
  emitter_.record = &Transcript::record;
  emitter_.facts = &Transcript::facts;
}

void Transcript::breach(std::string what) {
  if (breaches_.size() < kMaxBreaches) breaches_.push_back(std::move(what));
}

void Transcript::slip(std::string what) {
  if (slips_.size() < kMaxBreaches) slips_.push_back(std::move(what));
}

void Transcript::begin_call(uint64_t base_offset_bytes, uint64_t size_bytes) {
  if (base_offset_bytes == 0) held_.clear();
  base_ = base_offset_bytes;
  end_ = base_offset_bytes + size_bytes;
  next_ = base_offset_bytes;
  last_draft_end_ = base_offset_bytes;
  decided_.clear();
}

void Transcript::end_call(uint64_t consumed_bytes) {
  if (consumed_bytes > end_ - base_) {
    breach("consumed " + std::to_string(consumed_bytes) + " bytes of " +
           std::to_string(end_ - base_));
  } else if (next_ - base_ != consumed_bytes) {
    breach("consumed " + std::to_string(consumed_bytes) + " bytes" + at_text(base_) +
           " but accounted for " + std::to_string(next_ - base_));
  }
  if (last_draft_end_ > next_) breach("a draft of a record that was not consumed");
}

void Transcript::skip(uint64_t offset_bytes, uint64_t length_bytes) {
  records_.push_back(
      {KATO_RECORD_MALFORMED, offset_bytes, length_bytes, "skipped", "skipped", {}, 0});
  next_ = offset_bytes + length_bytes;
}

Transcript::Mark Transcript::mark() const {
  return {drafts_.size(), records_.size(), next_, held_};
}

void Transcript::rewind(const Mark& mark) {
  drafts_.resize(mark.drafts);
  records_.resize(mark.records);
  std::erase_if(facts_, [&](const HeardFacts& facts) { return facts.record >= mark.records; });
  next_ = mark.next;
  held_ = mark.held;
}

void Transcript::draft(void* context, const kato_draft* draft) {
  auto& self = *static_cast<Transcript*>(context);
  if (draft == nullptr || draft->struct_size < sizeof(uint32_t)) {
    return self.breach("a draft that is NULL");
  }
  const auto c = sdk::complete(draft);
  if (c.payload == nullptr) return self.breach("a draft without a payload");
  self.hear(c, sdk::complete(c.payload));
}

void Transcript::hear(const kato_draft& draft, const kato_payload& payload) {
  HeardDraft heard;
  heard.kind = draft.kind;
  heard.flags = draft.flags;
  heard.emit_index = draft.emit_index;
  heard.offset_bytes = draft.record_offset_bytes;
  heard.length_bytes = draft.record_length_bytes;
  heard.record_key = bounded_text(draft.record_key);
  heard.part_key = bounded_text(draft.part_key);
  heard.content_hash = FakeHost::hash_of(sdk::view(payload.text));
  heard.said = kind_text(draft.kind) + payload_text(payload);
  heard.marks = marks_text(draft);
  for (const auto* const key : {&draft.record_key, &draft.part_key}) {
    if (key->size == 0 || key->size > KATO_MAX_KEY_BYTES) {
      breach("a key of " + std::to_string(key->size) + " bytes: " + heard.text());
    }
  }
  if (draft.kind == KATO_USER_KATO_COMMAND) breach("a user.kato-command, which the host derives");
  if (const auto field = missing_field(draft.kind, payload); !field.empty()) {
    slip("a draft without its " + field + ": " + heard.text());
  }
  if (is_private(draft, payload) && private_texts_.size() < kMaxPrivateTexts) {
    private_texts_.emplace_back(sdk::view(payload.text).substr(0, kPrivateTextBytes));
  }
  check_place(heard);
  drafts_.push_back(std::move(heard));
}

void Transcript::check_place(const HeardDraft& draft) {
  const uint64_t draft_end = draft.offset_bytes + draft.length_bytes;
  if (draft.offset_bytes >= base_) {
    last_draft_end_ = std::max(last_draft_end_, draft_end);
    if (draft_end > end_) breach("a draft behind the bytes that were given: " + draft.text());
    return;
  }
  const auto is_in = [&](const std::map<uint64_t, uint64_t>& ranges) {
    const auto found = ranges.find(draft.offset_bytes);
    return found != ranges.end() && found->second == draft.length_bytes;
  };
  if (!is_in(held_) && !is_in(decided_)) {
    breach("a draft of a record that was decided before: " + draft.text());
  }
}

void Transcript::record(void* context, const kato_record* record) {
  auto& self = *static_cast<Transcript*>(context);
  if (record == nullptr || record->struct_size < sizeof(uint32_t)) {
    return self.breach("a record that is NULL");
  }
  self.hear(sdk::complete(record));
}

void Transcript::hear(const kato_record& record) {
  if (record.outcome == KATO_RECORD_UNCHANGED) return hear_unchanged(record);
  HeardRecord heard{record.outcome,
                    record.offset_bytes,
                    record.length_bytes,
                    bounded_text(record.type),
                    bounded_text(record.reason),
                    bounded_text(record.key),
                    record.repaired_count};
  if (heard.type.empty() || heard.type.size() > KATO_MAX_KEY_BYTES) {
    breach("a record without a type, or with a long one: " + heard.text());
  }
  const bool needs_reason =
      record.outcome == KATO_RECORD_IGNORED || record.outcome == KATO_RECORD_MALFORMED;
  if (needs_reason && heard.reason.empty()) breach("no reason is given: " + heard.text());
  take(std::move(heard));
}

void Transcript::hear_unchanged(const kato_record& record) {
  const size_t place = records_.size();
  if (last_ == nullptr) return breach("unchanged, but nothing is known of a document before");
  if (place >= last_->records_.size()) {
    return breach("unchanged, but the document before had " + std::to_string(place) + " records");
  }
  if (!drafts_.empty() && drafts_.back().offset_bytes == record.offset_bytes) {
    breach("unchanged, but with a draft: " + drafts_.back().text());
  }
  auto heard = last_->records_[place];
  for (auto draft : last_->drafts_) {
    if (draft.offset_bytes != heard.offset_bytes) continue;
    draft.offset_bytes = record.offset_bytes;
    draft.length_bytes = record.length_bytes;
    drafts_.push_back(std::move(draft));
  }
  for (const auto& facts : last_->facts_) {
    if (facts.record == place) facts_.push_back(facts);
  }
  heard.offset_bytes = record.offset_bytes;
  heard.length_bytes = record.length_bytes;
  take(std::move(heard));
}

void Transcript::take(HeardRecord heard) {
  const auto held = held_.find(heard.offset_bytes);
  if (heard.offset_bytes == next_ && heard.length_bytes > 0 && heard.length_bytes <= end_ - next_) {
    if (heard.outcome == KATO_RECORD_HELD) held_.emplace(next_, heard.length_bytes);
    next_ += heard.length_bytes;
  } else if (held != held_.end() && held->second == heard.length_bytes &&
             heard.outcome != KATO_RECORD_HELD) {
    decided_.insert(*held);
    held_.erase(held);
  } else {
    breach("the next record begins" + at_text(next_) + ", but this was reported: " + heard.text());
  }
  records_.push_back(std::move(heard));
}

void Transcript::facts(void* context, const kato_session_facts* facts) {
  auto& self = *static_cast<Transcript*>(context);
  if (facts == nullptr || facts->struct_size < sizeof(uint32_t)) {
    return self.breach("facts that are NULL");
  }
  const auto c = sdk::complete(facts);
  self.facts_.push_back({self.records_.size(), std::string(sdk::view(c.project_directory)),
                         std::string(sdk::view(c.client_version))});
}

std::vector<uint64_t> Transcript::boundaries() const {
  std::vector<uint64_t> ends;
  uint64_t next = 0;
  for (const auto& record : records_) {
    if (record.offset_bytes != next) continue;  // the final word on a held one
    next += record.length_bytes;
    ends.push_back(next);
  }
  return ends;
}

std::string Transcript::difference(const Transcript& other) const {
  auto drafts = first_difference(drafts_, other.drafts_, "draft");
  if (!drafts.empty()) return drafts;
  auto records = first_difference(records_, other.records_, "record");
  if (!records.empty()) return records;
  const auto one = all_facts();
  const auto two = other.all_facts();
  if (one.project_directory != two.project_directory) {
    return "project directory \"" + one.project_directory + "\" against \"" +
           two.project_directory + "\"";
  }
  if (one.client_version != two.client_version) {
    return "client version \"" + one.client_version + "\" against \"" + two.client_version + "\"";
  }
  return {};
}

HeardFacts Transcript::all_facts() const {
  HeardFacts all;
  for (const auto& facts : facts_) {
    if (!facts.project_directory.empty()) all.project_directory = facts.project_directory;
    if (!facts.client_version.empty()) all.client_version = facts.client_version;
  }
  return all;
}

}  // namespace kato::testkit
