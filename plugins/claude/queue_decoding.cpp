// Held prompts: from being queued until the log says what became of them.
#include <string>
#include <vector>

#include "decoder.h"
#include "user_record.h"
#include "user_text.h"

namespace kato::claude {
namespace {

// More than this many are never open at a time; the oldest gives way.
constexpr size_t kMostHeld = 64;

// What a line hands to the model as a prompt; empty if it is no such line.
std::string_view delivered_text(const Mapping& to) {
  const auto& line = to.line;
  if (line.is_sidechain || line.is_compact_summary) return {};
  if (line.type == "user") {
    const Value content = line.message["content"];
    const bool printed =
        content.is_string() && classify(content.text(), to.arena()).subtype.ends_with("-output");
    return printed ? std::string_view() : prompt_text(content, to.arena());
  }
  if (line.type == "attachment" && line.attachment["type"].word() == "queued_command") {
    return prompt_text(line.attachment["prompt"], to.arena());
  }
  if (line.type == "system" && line.subtype == "local_command" &&
      is_slash_command(trimmed(line.content.text()))) {
    return prompt_text(line.content, to.arena());
  }
  return {};
}

// A line with a prompt of its own, not what the client says of one.
bool is_prompt(const Mapping& to) {
  if (to.line.type != "user") return true;
  const auto first = first_text(to);
  return first.author != Author::kNotice || first.subtype == "command";
}

}  // namespace

// Before the line itself is mapped: drops the prompts that it repeats, and gives out those that,
// after this line, no other line is going to repeat.
kato_status ClaudeDecoder::settle_queue(const Mapping& to) {
  const auto text = delivered_text(to);
  const bool settles = settles_taken_over(to, !text.empty());
  if (settles && !can_read_taken_over(to)) return KATO_RETRY_LATER;
  if (!text.empty()) {
    const kato_status status = drop_repeated(to, text);
    if (status != KATO_OK) return status;
  }
  if (settles) release_taken_over(to);
  return KATO_OK;
}

// Asked before anything changes: a prompt must not come after the line that settles it.
bool ClaudeDecoder::can_read_taken_over(const Mapping& to) {
  for (size_t i = 0; i < held().size(); ++i) {
    if (QueueTag::unpack(held()[i].tag).stage != QueueStage::kTakenOver) continue;
    Value queued;
    if (read_held(to.record, i, &queued) == KATO_RETRY_LATER) return false;
  }
  return true;
}

kato_status ClaudeDecoder::drop_repeated(const Mapping& to, std::string_view text) {
  const uint64_t hash = to.hash(text);
  for (size_t i = 0; i < held().size(); ++i) {
    if (!QueueTag::unpack(held()[i].tag).is_of(hash)) continue;
    drop_said(to, i);
    return KATO_OK;
  }
  if (to.line.is_meta) return KATO_OK;  // may quote what was typed
  // Several may have been merged into one text. First look at all of them, then change something.
  std::vector<size_t> merged;
  for (size_t i = 0; i < held().size(); ++i) {
    Value queued;
    const kato_status status = read_held(to.record, i, &queued);
    if (status == KATO_RETRY_LATER) return status;
    if (status != KATO_OK) continue;
    jsonlog::Arena arena;
    if (contains_lines(text, prompt_text(queued["content"], arena))) merged.push_back(i);
  }
  for (size_t k = merged.size(); k-- > 0;) {
    drop_said(to, merged[k]);
  }
  if (merged.empty() && is_prompt(to)) drop_dequeued(to);
  return KATO_OK;
}

// Another line says it. Which prompt left the queue is known only now: if it was not the one that
// waited longest, that one waits on.
void ClaudeDecoder::drop_said(const Mapping& to, size_t index) {
  if (QueueTag::unpack(held()[index].tag).stage == QueueStage::kWaiting) {
    for (size_t i = 0; i < held().size(); ++i) {
      auto tag = QueueTag::unpack(held()[i].tag);
      if (tag.stage != QueueStage::kDequeued) continue;
      tag.stage = QueueStage::kWaiting;
      retag(i, tag.packed());
      break;
    }
  }
  drop(to.record, index, "duplicate");
}

// A command may be logged under another name than the one that was typed, a shell line without its
// mark, a pasted text in place of its name.
void ClaudeDecoder::drop_dequeued(const Mapping& to) {
  for (size_t i = 0; i < held().size(); ++i) {
    if (QueueTag::unpack(held()[i].tag).stage != QueueStage::kDequeued) continue;
    drop(to.record, i, "duplicate");
    return;
  }
}

// Clients since 2.1.100 log a prompt that the running turn took over as an attachment, at the
// latest before the turn ends. Older ones do not: it stands before the message that answers it.
bool ClaudeDecoder::settles_taken_over(const Mapping& to, bool delivers) const {
  const auto& line = to.line;
  if (line.type == "user") return delivers && !line.is_meta;
  if (line.type == "system") return line.subtype == "turn_duration";
  if (line.type != "assistant" || !memory_.old_client || line.is_sidechain) return false;
  return to.hash(line.message["id"].word()) != memory_.message;
}

void ClaudeDecoder::release_taken_over(const Mapping& to) {
  for (size_t i = 0; i < held().size();) {
    const auto tag = QueueTag::unpack(held()[i].tag);
    if (tag.stage == QueueStage::kWaiting || tag.stage == QueueStage::kDequeued) {
      ++i;
    } else if (tag.stage == QueueStage::kRemoved) {
      drop(to.record, i, "not-sent");
    } else {
      memory_.released.add(tag.text_hash);
      const kato_status status = release(to.record, i, [this](jsonlog::LogRecord& old) {
        const Envelope line = read_envelope(old.root());
        old.name_it("queue-operation/enqueue", {}, line.timestamp);
        map_user_content(mapping(old, line), line.content);
      });
      if (status == KATO_RETRY_LATER) return;  // the next settling line tries again
    }
  }
}

bool ClaudeDecoder::was_released(const Mapping& to) {
  if (to.line.attachment["type"].word() != "queued_command") return false;
  const auto hash = to.hash(prompt_text(to.line.attachment["prompt"], to.arena()));
  return memory_.released.remove(hash & QueueTag::kHashBits);
}

void ClaudeDecoder::map_queue_operation(const Mapping& to) {
  const auto operation = to.record.root()["operation"].word();
  if (operation == "enqueue") {
    enqueue(to);
  } else if (operation == "remove") {
    take_out(to);
  } else if (operation == "popAll") {
    take_back(to);
  } else if (operation == "dequeue") {
    note_dequeued(to);
  } else {
    to.raw_line();
  }
}

void ClaudeDecoder::enqueue(const Mapping& to) {
  const auto text = prompt_text(to.line.content, to.arena());
  if (text.empty()) {
    to.record.ignore("empty");
    return;
  }
  if (held().size() >= kMostHeld) drop(to.record, 0, "not-sent");
  hold(to.record, QueueTag{to.hash(text), QueueStage::kWaiting}.packed());
}

// The log does not say which prompt: mostly the one that waits longest.
void ClaudeDecoder::note_dequeued(const Mapping& to) {
  to.record.ignore("queue-bookkeeping");
  for (size_t i = 0; i < held().size(); ++i) {
    auto tag = QueueTag::unpack(held()[i].tag);
    if (tag.stage != QueueStage::kWaiting) continue;
    tag.stage = QueueStage::kDequeued;
    retag(i, tag.packed());
    return;
  }
}

// Old clients do not say which prompt: then it is the one that waits longest.
void ClaudeDecoder::take_out(const Mapping& to) {
  to.record.ignore("queue-bookkeeping");
  const Value content = to.line.content;
  const auto text = prompt_text(content, to.arena());
  const uint64_t hash = to.hash(text);
  const auto reason = to.record.root()["reason"].word();
  const bool taken_over = reason.empty() || reason.starts_with("absorbed");
  for (size_t i = 0; i < held().size(); ++i) {
    auto tag = QueueTag::unpack(held()[i].tag);
    if (tag.stage != QueueStage::kWaiting || (!text.empty() && !tag.is_of(hash))) continue;
    tag.stage = taken_over ? QueueStage::kTakenOver : QueueStage::kRemoved;
    retag(i, tag.packed());
    return;
  }
}

// Everything that waits goes back to where it is edited.
void ClaudeDecoder::take_back(const Mapping& to) {
  to.record.ignore("queue-bookkeeping");
  for (size_t i = held().size(); i-- > 0;) {
    const auto tag = QueueTag::unpack(held()[i].tag);
    if (tag.stage == QueueStage::kWaiting) drop(to.record, i, "taken-back");
  }
}

}  // namespace kato::claude
