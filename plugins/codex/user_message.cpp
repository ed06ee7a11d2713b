#include "user_message.h"

#include <string>

#include "session_meta.h"
#include "turn_event.h"
#include "user_item.h"

namespace kato::codex {
namespace {

// Parts of which there is no mapping.
void tell_unknown_blocks(Line& line) {
  size_t index = 0;
  for (const auto block : line.payload["content"].items()) {
    if (is_unknown_block(block)) {
      line.record.emit_raw(line.arena().join({"raw/", std::to_string(index)}));
    }
    ++index;
  }
}

// Bare rollouts say in which folder they run nowhere else.
void tell_directory(const Line& line, std::string_view environment) {
  if (line.shape != Shape::kBare) return;
  const auto between = [&](std::string_view begin, std::string_view end) {
    const size_t at = environment.find(begin);
    if (at == std::string_view::npos) return std::string_view();
    const auto rest = environment.substr(at + begin.size());
    return trimmed(rest.substr(0, rest.find(end)));
  };
  auto directory = between("<cwd>", "</cwd>");
  if (directory.empty()) directory = between("Current working directory:", "\n");
  tell_facts(line, directory, {});
}

// What was typed behind a "!" is the person's; what came of it is not.
void tell_shell(Line& line, std::string_view key, std::string_view text) {
  const auto [command, output] = split_shell_text(text);
  if (command.empty()) {
    line.emit_text(KATO_SYSTEM_MESSAGE, key, "shell-command", text);
    return;
  }
  line.emit_text(KATO_USER_MESSAGE, line.arena().join({key, "/typed"}), {},
                 line.arena().join({"!", command}));
  line.emit_text(KATO_SYSTEM_MESSAGE, key, "shell-output", output);
}

void tell_clients_block(Line& line, std::string_view key, std::string_view text,
                        const BlockClass& block) {
  if (block.abort_note) {
    tell_abort_note(line, text);
  } else if (block.subtype == "shell-command") {
    tell_shell(line, key, text);
  } else {
    if (block.subtype == "environment-context") tell_directory(line, text);
    line.emit_text(KATO_SYSTEM_MESSAGE, key, block.subtype, text);
  }
}

void tell_clients_blocks(Line& line) {
  tell_unknown_blocks(line);
  for (const auto& block : text_blocks(line)) {
    if (block.meaning.persons) continue;
    const auto key = line.arena().join({"text/", std::to_string(block.index)});
    tell_clients_block(line, key, block.text, block.meaning);
  }
}

void tell_persons_words(Line& line, std::string_view words,
                        std::vector<sdk::Attachment> attachments) {
  const auto [context, request] = split_ide_text(words);
  line.emit_text(KATO_SYSTEM_MESSAGE, "context", "ide-context", context);
  if (trimmed(request).empty() && attachments.empty()) return;
  line.state.abort_note_due = false;
  auto draft = line.draft(KATO_USER_MESSAGE, "text");
  draft.text = request;
  draft.attachments = std::move(attachments);
  line.record.emit(draft);
}

// A text without an event that is one element, as only the client writes: true, and told.
bool tell_element(Line& line, std::string_view words) {
  const auto subtype = subtype_of_element(line, words, false);
  if (subtype.empty()) return false;
  line.emit_text(KATO_SYSTEM_MESSAGE, "text", subtype, words);
  return true;
}

// What an event says in the person's name though the client wrote it. Empty: it is the person's.
std::string_view subtype_of_event(const Line& line, const UserEvent& event) {
  const bool plain = event.kind.empty() || event.kind == "plain";
  if (!plain) {
    return classify_client_block(line, event.text, event.kind).subtype;
  }
  const auto subtype = subtype_of_element(line, event.text, true);
  // The prompts of automations come through the same door as what is typed.
  return event.typed && subtype != "automation" ? std::string_view() : subtype;
}

// An item in which no person speaks. An event may repeat even this, where nobody sits before the
// screen.
void tell_clients_item(Line& line, const UserItem& item) {
  if (line.shape != Shape::kBare && item.mixed) {
    line.state.client_items.put(twin_hash(line, item.clients));
  }
  tell_clients_blocks(line);
  line.record.ignore(item.mixed ? "duplicate" : "empty");
}

// A text that begins like one of the client's, but is none as a whole, may have been typed.
bool may_be_typed(const Line& line) {
  if (line.shape == Shape::kBare || line.is_sub_agents()) return false;
  const auto blocks = text_blocks(line);
  if (blocks.size() != 1 || !blocks.front().kind.empty()) return false;
  const auto text = blocks.front().text;
  const bool whole = !subtype_of_element(line, text, true).empty() ||
                     text.find("<INSTRUCTIONS>") != std::string_view::npos;
  return !whole && !blocks.front().meaning.abort_note;
}

// The event of the same words came first, or one of the same words in another writing directly
// before.
bool was_told_by_event(Line& line, const UserItem& item, uint64_t hash) {
  auto& state = line.state;
  if (state.user_events.take(hash)) return true;
  return item.persons && state.half_told == HalfTold::kEvent && state.user_events.take_oldest();
}

// The event directly before said the same in the other form.
bool told_by_other_event(Line& line, uint64_t hash) {
  auto& state = line.state;
  const EventForm form = form_of_event(line);
  const bool other = state.prompt_form != EventForm::kNone && state.prompt_form != form;
  const bool told = other && state.prompt == hash;
  state.prompt_form = told ? EventForm::kNone : form;
  state.prompt = hash;
  return told;
}

}  // namespace

Fate on_user_item(Line& line) {
  const UserItem item = read_user_item(line);
  const uint64_t hash = twin_hash(line, item.words);
  auto& state = line.state;
  const bool is_bare = line.shape == Shape::kBare;
  const bool others_wait = !is_bare && state.holding == Holding::kUserText;
  if (!says_something(item)) {
    const bool doubtful = may_be_typed(line);
    if (!others_wait && !doubtful) {
      tell_clients_item(line, item);
      return Fate::kDone;
    }
    line.held_tag = HeldItem{twin_hash(line, item.clients), !doubtful, true}.packed();
    return Fate::kHold;
  }
  const bool eventless = state.eventless && !state.seen_user_event;
  if ((is_bare || eventless) && tell_element(line, item.words)) return Fate::kDone;
  if (!is_bare && was_told_by_event(line, item, hash)) {
    tell_clients_blocks(line);
    line.record.ignore("duplicate");
    return Fate::kDone;
  }
  const bool undecided = line.is_sub_agents() || (!item.persons && !eventless);
  if (others_wait || (!is_bare && undecided)) {
    line.held_tag = HeldItem{hash, item.mixed || item.unknown || item.images}.packed();
    return Fate::kHold;
  }
  tell_clients_blocks(line);
  tell_persons_words(line, item.words, images_of(line));
  if (!is_bare) {
    state.user_items.put(hash);
    state.half_told = HalfTold::kItem;
  }
  state.user_texts.put(hash);
  return Fate::kDone;
}

void release_user_item(Line& line, bool opens_log) {
  const UserItem item = read_user_item(line);
  if (!says_something(item)) {
    tell_clients_item(line, item);
    return;
  }
  const uint64_t hash = twin_hash(line, item.words);
  auto& state = line.state;
  tell_clients_blocks(line);
  // Clients that named no turns gave no event to what was typed while they were working.
  const bool names_turns = !line.turn_id.empty();
  if (state.user_texts.has(hash) && (names_turns || state.abort_told)) {
    line.record.ignore("repeated");
    return;
  }
  if (line.is_sub_agents()) {
    state.user_items.put(hash);
    line.emit_text(KATO_SYSTEM_MESSAGE, "text", "agent-task", item.words);
  } else if (tell_element(line, item.words)) {
    state.user_items.put(hash);
  } else if (opens_log || (state.seen_user_event && names_turns)) {
    line.emit_text(KATO_SYSTEM_MESSAGE, "text", "injected", item.words);
  } else {
    state.user_items.put(hash);
    tell_persons_words(line, item.words, images_of(line));
    state.user_texts.put(hash);
    state.eventless = !state.seen_user_event;
  }
  line.record.ignore("empty");
}

void finish_user_item(Line& line) {
  tell_clients_blocks(line);
  line.record.ignore("duplicate");
}

void on_user_event(Line& line, UserEvent event) {
  auto& state = line.state;
  const uint64_t hash = twin_hash(line, event.text);
  state.seen_user_event = true;
  if (const auto subtype = subtype_of_event(line, event); !subtype.empty()) {
    if (!state.client_items.take(hash)) {
      tell_clients_block(line, "text", event.text, {false, false, subtype});
    }
    line.record.ignore("duplicate");
    return;
  }
  if (told_by_other_event(line, hash)) {
    line.record.ignore("duplicate");
    return;
  }
  if (!event.paired) {
    const bool item_waits = state.half_told == HalfTold::kItem;
    if (state.user_items.take(hash) || (item_waits && state.user_items.take_oldest())) {
      line.record.ignore("duplicate");
      return;
    }
    state.user_events.put(hash);
    state.half_told = HalfTold::kEvent;
  }
  const bool in_the_persons_name = line.is_sub_agents() || state.review == Review::kPreset;
  if (in_the_persons_name && !event.typed) {
    line.emit_text(KATO_SYSTEM_MESSAGE, "text",
                   line.is_sub_agents() ? "agent-task" : "review-prompt", event.text);
  } else {
    state.user_texts.put(hash);
    tell_persons_words(line, event.text, std::move(event.attachments));
  }
  line.record.ignore("empty");
}

}  // namespace kato::codex
