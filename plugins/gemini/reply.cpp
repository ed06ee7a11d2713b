#include "reply.h"

#include <array>
#include <unordered_set>

#include "attachments.h"
#include "parts.h"
#include "tool.h"

namespace kato::gemini {
namespace {

constexpr std::string_view kAcknowledgement = "Got it. Thanks for the additional context!";
// Words that the client puts into the model's mouth. They come without the name of a model.
constexpr std::array<std::string_view, 3> kClientWords = {
    kAcknowledgement, "Got it. Thanks for the context!",
    "[The previous response was interrupted before it completed.]"};
// Of calls that a person asked for, once the client lists them.
constexpr std::string_view kMadeUpId = "synth_";
constexpr std::string_view kBinaryReceived = "Binary content received. Proceeding with analysis.";

// A list, or nothing: else it is of a form that is not known.
bool is_list_or_absent(Value value) {
  return value.is_array() || !value.exists() || value.kind() == jsonlog::JsonKind::kNull;
}

bool is_client_words(const Message& message, std::string_view text) {
  if (!message.fields().model.text().empty()) return false;
  for (const auto words : kClientWords) {
    if (text == words) return true;
  }
  return false;
}

void emit_thought(const Message& message, uint64_t index, std::string_view text,
                  std::string_view timestamp) {
  if (text.empty()) return;
  auto draft = message.draft(KATO_ASSISTANT_THINKING, message.part_key("thought", index));
  draft.text = text;
  if (!timestamp.empty()) draft.provider_timestamp = timestamp;
  message.emit(draft);
}

std::string_view subject_and_description(const Message& message, std::string_view subject,
                                         std::string_view description) {
  if (subject.empty()) return description;
  if (description.empty()) return subject;
  return message.arena().join({subject, ": ", description});
}

std::string_view thought_text(const Message& message, Value thought) {
  if (thought.is_string()) return thought.text();
  const auto subject = thought["subject"].text();
  const auto description = thought["description"].text();
  if (!subject.empty() || !description.empty()) {
    return subject_and_description(message, subject, description);
  }
  for (const auto* name : {"text", "content", "summary"}) {
    if (const auto text = thought[name].text(); !text.empty()) return text;
  }
  return {};
}

// In a list of history thoughts are parts: "**subject** description".
std::string_view listed_thought_text(const Message& message, std::string_view text) {
  constexpr std::string_view kBold = "**";
  if (!text.starts_with(kBold)) return text;
  const size_t end = text.find("** ", kBold.size());
  if (end == std::string_view::npos) return text;
  return subject_and_description(message, text.substr(kBold.size(), end - kBold.size()),
                                 text.substr(end + 3));
}

// The content of a reply, sorted by kind.
class ReplyContent {
 public:
  explicit ReplyContent(const Message& message) : message_(message) {
    if (!is_list_or_absent(message.fields().thoughts)) unknown_.emplace_back("thoughts");
    if (!is_list_or_absent(message.fields().tool_calls)) unknown_.emplace_back("toolCalls");
    for (const auto call : message.fields().tool_calls.items()) {
      if (!call.is_object()) unknown_.push_back("toolCalls");
      if (const auto id = call["id"].text(); !id.empty()) known_calls_.insert(message.hash(id));
    }
    has_calls_ = message.fields().tool_calls.is_array();
    const auto thoughts = message.fields().thoughts.items();
    has_thoughts_ = thoughts.begin() != thoughts.end();
    for_each_part(message.fields().content, [this](const Part& part) { take(part); });
  }

  void emit_thoughts() {
    uint64_t index = 0;
    for (const auto thought : message_.fields().thoughts.items()) {
      emit_thought(message_, index++, thought_text(message_, thought), thought["timestamp"].word());
    }
    if (has_thoughts_) return;
    for (const auto thought : thoughts_) {
      emit_thought(message_, index++, thought, {});
    }
  }

  void emit_text() {
    const auto text = message_.joined(texts_, {});
    const bool blank = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
    if (blank && attachments_.empty()) return;
    if (is_client_words(message_, text)) {
      message_.record().ignore("client-words");
      return;
    }
    auto draft = message_.revisable_draft(KATO_ASSISTANT_MESSAGE, "text");
    draft.text = text;
    draft.attachments = attachments_;
    message_.emit(draft);
  }

  void emit_calls() {
    uint64_t index = 0;
    for (const auto call : message_.fields().tool_calls.items()) {
      if (call.is_object()) map_tool_call(message_, call, index);
      ++index;
    }
    for (const auto call : calls_) {
      map_function_call(message_, call, index++);
    }
  }

  void emit_unknown() {
    uint64_t index = 0;
    for (const auto what : unknown_) {
      message_.emit_raw(what, index++);
    }
  }

 private:
  void take(const Part& part) {
    switch (part.kind) {
      case PartKind::kText:
        texts_.push_back(part.value.text());
        break;
      case PartKind::kThought:
        if (part.value.text() == kBinaryReceived) {
          message_.record().ignore("client-words");
        } else {
          thoughts_.push_back(listed_thought_text(message_, part.value.text()));
        }
        break;
      case PartKind::kFunctionCall:
        if (is_new_call(part.value)) calls_.push_back(part.value);
        break;
      case PartKind::kInlineData:
      case PartKind::kFileData:
        add_attachment(message_, part, attachments_);
        break;
      case PartKind::kFunctionResponse:
      case PartKind::kUnknown:
        unknown_.push_back(name_of(part));
        break;
      case PartKind::kEmpty:
        break;
    }
  }

  // A call without an id beside a list of calls is one of them; so is one of the same words as a
  // call that was told.
  bool is_new_call(Value call) {
    const auto id = call["id"].text();
    const bool nameless = id.empty() || id.starts_with(kMadeUpId);
    if (!nameless) return known_calls_.insert(message_.hash(id)).second;
    if (has_calls_) return false;
    const bool told = message_.memory().calls.has(call_hash(message_, call));
    if (told) message_.record().ignore("duplicate-call");
    return !told;
  }

  const Message& message_;
  std::unordered_set<uint64_t> known_calls_;
  bool has_calls_ = false;
  bool has_thoughts_ = false;
  std::vector<std::string_view> texts_;
  std::vector<std::string_view> thoughts_;
  std::vector<Value> calls_;
  std::vector<sdk::Attachment> attachments_;
  std::vector<std::string_view> unknown_;
};

void emit_tokens(const Message& message) {
  const auto tokens = message.fields().tokens;
  if (!tokens.is_object()) return;
  auto draft = message.draft(KATO_PROVIDER_INFO, "tokens");
  draft.subtype = "token-usage";
  draft.data_json = tokens.json();
  message.emit(draft);
}

}  // namespace

bool is_acknowledgement(Value message) {
  bool is = false;
  for_each_part(message["content"], [&is](const Part& part) {
    is = is || (part.kind == PartKind::kText && part.value.text() == kAcknowledgement);
  });
  return is;
}

void map_reply(const Message& message) {
  message.record().ignore("empty-message");  // unless more is said
  ReplyContent content(message);
  content.emit_thoughts();
  content.emit_text();
  content.emit_calls();
  content.emit_unknown();
  emit_tokens(message);
}

}  // namespace kato::gemini
