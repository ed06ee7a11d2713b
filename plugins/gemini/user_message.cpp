#include "user_message.h"

#include <algorithm>

#include "attachments.h"
#include "parts.h"
#include "project_facts.h"
#include "tool.h"
#include "user_text.h"

namespace kato::gemini {
namespace {

constexpr std::string_view kContextOpen = "<session_context>";

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

std::string_view text_of(const Message& message, Value content) {
  std::vector<std::string_view> texts;
  for_each_part(content, [&](const Part& part) {
    if (part.kind == PartKind::kText) texts.push_back(part.value.text());
  });
  return message.joined(texts, {});
}

class UserTurn {
 public:
  explicit UserTurn(const Message& message) : message_(message) {}

  void map() {
    message_.record().ignore("empty-message");  // unless more is said
    read_content();
    const auto display = message_.fields().display;
    display_ = trimmed(text_of(message_, display));
    if (is_nudge(text_, display.exists())) {
      remember(text_);
      emit_system(kClientNudge, text_);
    } else {
      emit_pieces();
    }
    if (responses_ > 0) message_.record().ignore("duplicate-result");
  }

 private:
  void read_content() {
    std::vector<std::string_view> texts;
    UserTextSplitter splitter;
    for_each_part(message_.fields().content, [&](const Part& part) {
      switch (part.kind) {
        case PartKind::kText:
          texts.push_back(part.value.text());
          splitter.split(texts.back(), pieces_);
          break;
        case PartKind::kFunctionResponse:
          map_function_response(message_, part.value, responses_++);
          break;
        case PartKind::kInlineData:
        case PartKind::kFileData:
          add_attachment(message_, part, attachments_);
          break;
        case PartKind::kEmpty:
        case PartKind::kThought:
          break;
        case PartKind::kFunctionCall:
        case PartKind::kUnknown:
          message_.emit_raw(name_of(part), raw_++);
          break;
      }
    });
    text_ = message_.joined(texts, {});
    if (responses_ > 0) attachments_.clear();  // they belong to the results
  }

  // All that stands in the turn, in its order; but the person's words as one message, where the
  // first of them stands. In a list of history they may be of several turns that were made one, and
  // stay apart.
  void emit_pieces() {
    const bool apart = message_.relisted() && display_.empty();
    const bool has_typed = std::any_of(pieces_.begin(), pieces_.end(), is_typed);
    bool stated = apart;
    if (!has_typed && !stated) state_words();
    for (size_t i = 0; i < pieces_.size();) {
      if (is_typed(pieces_[i])) {
        if (apart) emit_typed(pieces_[i].text);
        if (!stated) state_words();
        stated = true;
        ++i;
      } else {
        i = emit_client_pieces(i);
      }
    }
  }

  // What the client displayed as the person's words, or what it sent as such, or nothing but
  // pictures.
  void state_words() {
    std::vector<std::string_view> typed;
    for (const auto& piece : pieces_) {
      if (is_typed(piece)) typed.push_back(piece.text);
    }
    const auto sent = trimmed(message_.joined(typed, {}));
    if (!display_.empty() && lacks_only_commands(display_, sent)) {
      emit_typed(sent);
    } else if (!display_.empty()) {
      emit_typed(display_);
      state_expansion(sent);
    } else if (!typed.empty()) {
      emit_typed(message_.joined(typed, {}));
    } else if (!attachments_.empty()) {
      emit_typed({});
    }
  }

  // What the model was given as the person's words, where that is more than was typed.
  void state_expansion(std::string_view text) {
    const auto whole = text;
    if (text.starts_with(display_)) text.remove_prefix(display_.size());
    if (is_blank(text)) return;
    remember(whole);
    emit_system(kExpandedPrompt, text);
  }

  // Emits what stands at `index`, if it is the client's, with what follows of the same kind.
  size_t emit_client_pieces(size_t index) {
    const Piece& first = pieces_[index++];
    if (first.kind == PieceKind::kShell) {
      emit_shell(first.text);
    } else if (first.kind == PieceKind::kResponse) {
      map_response_text(message_, first.subtype, first.text, responses_++);
    } else if (first.kind == PieceKind::kSystem) {
      std::vector<std::string_view> texts = {first.text};
      while (index < pieces_.size() && pieces_[index].kind == PieceKind::kSystem &&
             pieces_[index].subtype == first.subtype) {
        texts.push_back(pieces_[index++].text);
      }
      emit_system(first.subtype, message_.joined(texts, {}));
    }
    return index;
  }

  void emit_typed(std::string_view text) {
    auto& memory = message_.memory();
    const bool restated = message_.telling() != Telling::kFresh;
    if (restated && memory.client_texts.has(hash_of(text))) {
      message_.record().ignore("client-words");
      return;
    }
    if (message_.telling() == Telling::kSummary) {
      emit_system(kCompactionSummary, text);
      return;
    }
    if (memory.subagent) {
      emit_system(kAgentPrompt, text);
      return;
    }
    auto draft = message_.revisable_draft(KATO_USER_MESSAGE, text_key());
    draft.text = text.data() == nullptr ? std::string_view("") : text;
    draft.attachments = std::move(attachments_);
    attachments_.clear();
    message_.emit(draft);
  }

  static bool is_typed(const Piece& piece) { return piece.kind == PieceKind::kTyped; }

  void emit_shell(std::string_view command) {
    auto draft = message_.revisable_draft(KATO_USER_MESSAGE, text_key());
    draft.text = message_.arena().join({"!", unescape_shell(command)});
    message_.emit(draft);
  }

  void emit_system(std::string_view subtype, std::string_view text) {
    const auto part = message_.part_key("system", system_++);
    const bool summary = subtype == kCompactionSummary;
    if (summary && message_.memory().client_texts.has(hash_of(text))) {
      message_.record().ignore("client-words");
      return;
    }
    auto draft = message_.draft(KATO_SYSTEM_MESSAGE, part);
    draft.subtype = subtype;
    draft.text = text;
    if (summary) {
      draft.flags = 0;  // it is new, though it stands in a list
      remember(text);
    }
    message_.emit(draft);
    if (subtype == kSessionContext) learn_directory(message_, text);
  }

  std::string_view text_key() {
    return typed_++ == 0 ? "text" : message_.part_key("text", typed_ - 1);
  }

  [[nodiscard]] uint64_t hash_of(std::string_view text) const {
    return message_.hash(trimmed(text));
  }
  void remember(std::string_view text) { message_.memory().client_texts.add(hash_of(text)); }

  const Message& message_;
  std::vector<Piece> pieces_;
  std::vector<sdk::Attachment> attachments_;
  std::string_view text_;
  std::string_view display_;
  uint64_t responses_ = 0;
  uint64_t raw_ = 0;
  uint64_t typed_ = 0;
  uint64_t system_ = 0;
};

}  // namespace

void map_user_message(const Message& message) {
  UserTurn(message).map();
}

bool is_context_and_more(Value message) {
  std::vector<Piece> pieces;
  UserTextSplitter splitter;
  bool context = true;
  for_each_part(message["content"], [&](const Part& part) {
    if (!context || pieces.size() > 1 || part.kind != PartKind::kText) return;
    // Nearly all messages are told by the first bytes of their first part.
    context = !pieces.empty() || trimmed(part.value.word()).starts_with(kContextOpen);
    if (context) splitter.split(part.value.text(), pieces);
  });
  return context && pieces.size() > 1;
}

}  // namespace kato::gemini
