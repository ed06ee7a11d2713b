// Lines of the type "user": what a person typed, results of tools, and what the client says in the
// person's name.
#include "user_record.h"

#include <utility>
#include <vector>

#include "content.h"
#include "decision.h"
#include "user_text.h"

namespace kato::claude {
namespace {

// Whether a person may have typed the texts of a line at all, as the line itself says.
struct Injection {
  bool injected = false;
  std::string_view subtype;  // empty: the text tells

  [[nodiscard]] std::string_view subtype_of(std::string_view text) const noexcept {
    return subtype.empty() ? injected_subtype(text) : subtype;
  }
};

// What was typed, in whatever way, or sent by a program in a person's place.
bool is_said_to_be_typed(std::string_view prompt_source) noexcept {
  return is_one_of(prompt_source, "typed queued sdk suggestion_accepted");
}

Injection injection_of(const Mapping& to) {
  const auto& line = to.line;
  if (line.is_compact_summary) return {true, "summary"};
  if (line.is_meta || line.is_for_transcript || line.not_typed) return {true, {}};
  if (to.session.is_agent) return {true, "prompt"};
  if (line.prompt_source == "system" || !is_human(line.origin, line.prompt_source)) {
    return {true, origin_subtype(line.origin)};
  }
  const bool begun =
      line.turn_origin.empty() || is_one_of(line.turn_origin, "human sdk unknown user");
  if (!begun && !is_said_to_be_typed(line.prompt_source)) return {true, {}};
  if (line.plan_content.is_string()) return {true, "accepted-plan"};
  if (!line.source_tool.empty() && !line.tool_use_result.exists()) return {true, {}};
  return {};
}

void map_permission(const Mapping& to, Value tool_result);

// Collects what a person said, and gives the rest of the texts to whom they belong.
class UserContent {
 public:
  explicit UserContent(const Mapping& to) : to_(to), injection_(injection_of(to)) {}

  void map(Value content) {
    if (content.is_string()) {
      map_text(content.text());
    } else {
      for (const Value block : content.items()) {
        map_block(block);
        ++number_;
      }
    }
    emit_said();
    for (const auto& [part, text] : expansions_) {
      to_.system_message(part, "command", text);
    }
    to_.record.ignore("empty");
  }

 private:
  void map_block(Value block) {
    const auto type = block["type"].word();
    if (block.is_string()) {
      map_text(block.text());
    } else if (type == "text" && !is_unreadable(block["text"])) {
      map_text(block["text"].text());
    } else if (type == "tool_result") {
      map_result(block);
    } else if (type == "image" || type == "document") {
      map_attachment_block(block);
    } else {
      to_.raw(to_.part("block", number_), to_.arena().join({"user/", bounded_word(type)}));
    }
  }

  void map_text(std::string_view text) {
    const auto found = classify(text, to_.arena());
    if (found.author == Author::kNobody) return;
    const auto part = to_.part("text", number_);
    if (belongs_to_command(text, found.author)) {
      expansions_.push_back({part, text});
      return;
    }
    if (found.author == Author::kNotice) {
      map_notice(part, found);
      return;
    }
    if (injection_.injected) {
      to_.system_message(part, injection_.subtype_of(text), text);
    } else if (found.author == Author::kClient) {
      to_.system_message(part, found.subtype, found.text);
    } else {
      map_typed(found.text);
    }
  }

  // What a command that was typed was made into, behind it in the same line; or the elements of a
  // command that the model called.
  bool belongs_to_command(std::string_view text, Author author) {
    if (!is_slash_command(trimmed(text))) return commanded_ && author == Author::kPerson;
    commanded_ = author == Author::kPerson;  // else the client carries it out itself
    if (announces_skill(text)) return true;
    auto& launched = to_.memory.launched;
    if (launched == 0) return false;
    --launched;
    return true;
  }

  void map_notice(std::string_view part, const UserText& notice) {
    if (notice.subtype == "interruption") to_.memory.launched = 0;
    auto text = notice.text;
    if (notice.subtype.ends_with("-output")) {
      text = output_words(text, to_.arena());
      if (text.empty()) return;
    }
    to_.info(part, {.subtype = notice.subtype, .text = text, .data_json = {}});
  }

  void map_typed(std::string_view text) {
    to_.memory.launched = 0;
    std::vector<Insertion> insertions;
    const auto words = without_insertions(text, to_.arena(), insertions);
    for (size_t i = 0; i < insertions.size(); ++i) {
      const auto part = to_.part(to_.part("insertion", number_), i);
      to_.system_message(part, insertions[i].subtype, insertions[i].text);
    }
    if (!trimmed(words).empty()) said_.push_back(words);
  }

  void map_attachment_block(Value block) {
    if (injection_.injected) {
      const auto words = attachment_words(to_, block);
      to_.system_message(to_.part("block", number_), injection_.subtype_of({}), words);
    } else {
      attachments_.push_back(describe_attachment(to_, block));
    }
  }

  void map_result(Value block) {
    has_results_ = true;
    if (to_.line.tool_use_result["commandName"].is_string()) ++to_.memory.launched;
    map_tool_result(to_, block, number_);
    map_permission(to_, block);
    map_decision_answers(to_, block, to_.line.tool_use_result);
    const auto instead = words_instead_of_answers(to_.line.tool_use_result);
    if (!trimmed(instead).empty()) said_.push_back(instead);
    if (!block["is_error"].is_true()) return;
    const auto words = words_in_rejection(result_text(to_, block["content"]));
    if (!words.empty()) said_.push_back(words);
  }

  void emit_said() {
    if (said_.empty() && attachments_.empty()) return;
    tell_branch();
    auto message = to_.draft(KATO_USER_MESSAGE, "said");
    if (!said_.empty()) message.text = joined(to_, said_);
    message.attachments = attachments_;
    to_.record.emit(message);
  }

  // A prompt after a line that another prompt followed before: the person went back to there, and
  // what was said in between is a branch that was left.
  void tell_branch() {
    const Value parent = to_.line.parent;
    if (has_results_ || to_.line.type != "user" || !parent.exists()) return;
    const uint64_t hash = to_.hash(parent.word());
    if (!to_.memory.prompted.has(hash)) {
      to_.memory.prompted.add(hash);
      return;
    }
    const auto data = to_.arena().join({"{\"parentUuid\":", parent.json(), "}"});
    to_.info("branch", {.subtype = "branch", .text = {}, .data_json = data});
  }

  const Mapping& to_;
  const Injection injection_;
  size_t number_ = 0;
  bool has_results_ = false;
  bool commanded_ = false;  // a text of the line was a command
  std::vector<std::pair<std::string_view, std::string_view>> expansions_;  // part keys and texts
  std::vector<std::string_view> said_;
  std::vector<sdk::Attachment> attachments_;
};

std::string_view block_text(Value block) {
  if (block.is_string()) return block.text();
  return block["type"].word() == "text" ? block["text"].text() : std::string_view();
}

// What a person or a setting said to a tool's use; the result's text is there besides.
void map_permission(const Mapping& to, Value tool_result) {
  const Value permission = to.line.permission;
  const bool by_person = permission["source"].word().starts_with("user");
  if (!by_person && to.line.denial_kind.empty()) return;
  const auto decision =
      to.line.denial_kind.empty() ? permission["decision"].word() : to.line.denial_kind;
  to.info(to.part("permission", tool_result["tool_use_id"].word(), 0),
          {.subtype = "permission",
           .text = bounded_word(decision),
           .data_json = permission.is_object() ? permission.json() : std::string_view(),
           .level = KATO_LEVEL_DEBUG});
}

}  // namespace

bool is_human(Value origin, std::string_view prompt_source) {
  const auto kind = origin["kind"].word();
  if (kind.empty() || kind == "human") return true;
  constexpr std::string_view kNobodys =
      "auto-continuation observer observer-activity plugin slack-ping unclassified voice-call";
  if (!origin_subtype(origin).empty() || is_one_of(kind, kNobodys)) return false;
  return is_said_to_be_typed(prompt_source);
}

std::string_view origin_subtype(Value origin) {
  const auto kind = origin["kind"].word();
  if (kind == "task-notification") return kind;
  if (kind == "peer" || kind == "coordinator" || kind == "channel") return "agent-message";
  return {};
}

void map_user_content(const Mapping& to, Value content) {
  if (is_unreadable(content) && !content.is_array()) {
    to.raw_line();
  } else {
    UserContent(to).map(content);
  }
}

void map_user(const Mapping& to) {
  const Value content = to.line.message["content"];
  const bool is_null = content.exists() && content.kind() == jsonlog::JsonKind::kNull;
  if (content.is_string() || content.is_array() || is_null) {
    map_user_content(to, content);
  } else {
    to.raw_line();
  }
}

UserText first_text(const Mapping& to) {
  const Value content = to.line.message["content"];
  Value first = content;
  for (const Value block : content.items()) {
    first = block.is_string() ? block : block["text"];
    break;
  }
  return classify(first.text(), to.arena());
}

std::string_view prompt_text(Value content, jsonlog::Arena& arena) {
  std::vector<std::string_view> texts;
  std::vector<Insertion> insertions;
  const auto add = [&](std::string_view text) {
    const auto words = without_insertions(classify(text, arena).text, arena, insertions);
    if (trimmed(words).empty()) return;
    if (!texts.empty()) texts.push_back("\n");
    texts.push_back(trimmed(words));
  };
  if (content.is_string()) add(content.text());
  for (const Value block : content.items()) {
    add(block_text(block));
  }
  return texts.size() == 1 ? texts.front() : arena.join(texts);
}

}  // namespace kato::claude
