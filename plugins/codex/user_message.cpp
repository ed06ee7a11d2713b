#include "user_message.h"

#include <string>

#include "attachments.h"
#include "injected_text.h"
#include "session_meta.h"
#include "turn_event.h"

namespace kato::codex {
namespace {

bool is_text(jsonlog::Value block) noexcept {
  return block["text"].is_string();
}
bool is_image(jsonlog::Value block) noexcept {
  return block["type"].word() == "input_image";
}

// "<image name=[Image #1] path="leaf.png">" and its end stand around an image, as texts.
bool is_image_tag(std::string_view text) noexcept {
  return text == "<image>" || text.starts_with("<image name=") || text == "</image>";
}

std::string_view name_in_image_tag(std::string_view tag) noexcept {
  constexpr std::string_view kPath = "path=\"";
  const size_t at = tag.find(kPath);
  if (at == std::string_view::npos) return {};
  tag.remove_prefix(at + kPath.size());
  return tag.substr(0, tag.find('"'));
}

// The kinds that newer clients note for each block of a message.
class BlockKinds {
 public:
  explicit BlockKinds(const Line& line) noexcept
      : kinds_(line.notes["content_item_kinds"].items()), at_(kinds_.begin()) {}
  std::string_view next() noexcept {
    if (at_ == kinds_.end()) return {};
    const auto kind = (*at_).word();
    ++at_;
    return kind;
  }

 private:
  jsonlog::Value::Items kinds_;
  jsonlog::Value::Items::Iterator at_;
};

struct UserItem {
  std::string_view words;    // that may be a person's, joined
  std::string_view clients;  // the last text of the client's
  bool persons = false;      // the client says that the words are
  bool mixed = false;        // there are blocks of the client's, too
  bool images = false;
  bool unknown = false;  // there are parts of a form that is not known
};

// Calls visit(index, text, class) for each block of text.
template <class Visit>
void for_each_text(const Line& line, Visit&& visit) {
  BlockKinds kinds(line);
  size_t index = 0;
  const auto content = line.payload["content"];
  const auto take = [&](std::string_view text) {
    const auto kind = kinds.next();
    if (!is_image_tag(text)) visit(index, text, kind, classify_user_block(line, text, kind));
    ++index;
  };
  if (content.is_string()) take(content.text());
  for (const auto block : content.items()) {
    if (is_text(block)) {
      take(block["text"].text());
    } else {
      static_cast<void>(kinds.next());
      ++index;
    }
  }
}

// Parts of which there is no mapping.
void tell_unknown_blocks(Line& line) {
  size_t index = 0;
  for (const auto block : line.payload["content"].items()) {
    if (!is_text(block) && !is_image(block)) {
      line.record.emit_raw(line.arena().join({"raw/", std::to_string(index)}));
    }
    ++index;
  }
}

UserItem read_item(const Line& line) {
  UserItem item;
  for_each_text(line, [&](size_t, std::string_view text, std::string_view kind, BlockClass block) {
    if (!block.persons) {
      item.mixed = true;
      item.clients = text;
      return;
    }
    item.persons = item.persons || kind == "user.text";
    item.words = item.words.empty() ? text : line.arena().join({item.words, "\n", text});
  });
  for (const auto block : line.payload["content"].items()) {
    item.images = item.images || is_image(block);
    item.unknown = item.unknown || (!is_image(block) && !is_text(block));
  }
  return item;
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
  for_each_text(line, [&](size_t index, std::string_view text, std::string_view, BlockClass block) {
    if (block.persons) return;
    tell_clients_block(line, line.arena().join({"text/", std::to_string(index)}), text, block);
  });
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

bool says_something(const UserItem& item) noexcept {
  return !trimmed(item.words).empty() || item.images;
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

std::vector<sdk::Attachment> images_of(const Line& line) {
  std::vector<sdk::Attachment> images;
  std::string_view name;
  for (const auto block : line.payload["content"].items()) {
    if (is_image(block)) {
      const auto url = block["image_url"];
      images.push_back(attachment_of_url(line, url.is_object() ? url["url"].word() : url.word()));
      if (!name.empty()) images.back().name = name;
      name = {};
    } else if (const auto text = block["text"].text(); is_image_tag(text)) {
      name = name_in_image_tag(text);
    }
  }
  return images;
}

Fate on_user_item(Line& line) {
  const UserItem item = read_item(line);
  const uint64_t hash = twin_hash(line, item.words);
  auto& state = line.state;
  const bool is_bare = line.shape == Shape::kBare;
  const bool others_wait = !is_bare && state.holding == Holding::kUserText;
  if (!says_something(item) && !others_wait) {
    tell_clients_item(line, item);
    return Fate::kDone;
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
  const UserItem item = read_item(line);
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
