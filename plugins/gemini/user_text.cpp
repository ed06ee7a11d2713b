#include "user_text.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace kato::gemini {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kReferencesBegin = "--- Content from referenced ";
constexpr std::string_view kReferencesEnd = "--- End of content ---";
constexpr std::string_view kShellBegin = "I ran the following shell command:\n```sh\n";
constexpr std::string_view kShellMiddle = "\n```\n\nThis produced the following result:\n```\n";
constexpr std::string_view kShellEnd = "\n```";
constexpr std::string_view kHintBegin = "User steering update:\n<user_input>\n";
constexpr std::string_view kHintEnd = "\n</user_input>";
constexpr std::string_view kHookOpen = "<hook_context>";
constexpr std::string_view kHookClose = "</hook_context>";
constexpr std::string_view kEditorWhole = "Here is the user's editor context as a JSON object.";
constexpr std::string_view kEditorChange =
    "Here is a summary of changes in the user's editor context";
constexpr std::string_view kResponseBegin = "[Function Response: ";

// Texts that are the client's from the first word to the last.
struct Opening {
  std::string_view text;
  std::string_view subtype;
};
constexpr std::array kOpenings = {
    Opening{"This is the Gemini CLI. We are setting up the context for our chat.", kSessionContext},
    Opening{"- **Workspace Directories:**", kSessionContext},
    Opening{"System: Please continue.", kClientNudge},
    Opening{"System: Potential loop detected.", kClientNudge},
    Opening{"[System: You ", kClientNudge},
    Opening{"You have stopped calling tools without finishing. You have one final chance",
            kClientNudge},
    Opening{"You have exceeded the time limit. You have one final chance", kClientNudge},
    Opening{"You have exceeded the maximum number of turns. You have one final chance",
            kClientNudge},
    Opening{"[Continuing from previous AI thoughts...]", kClientNudge},
    Opening{"<state_snapshot>", kCompactionSummary},
    Opening{"User has manually exited Plan Mode.", kPlanMode},
    Opening{"Background execution update:\n<background_output>", kBackgroundOutput},
    Opening{"[Background command completed ", kBackgroundOutput},
    Opening{"You are an AI agent that brings the power of Gemini directly into the terminal. "
            "Your task is to analyze the current directory",
            kExpandedPrompt},
};

std::string_view skip_blanks(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlanks);
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}
std::string_view drop_blanks_behind(std::string_view text) {
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

void add(std::vector<Piece>& out, const Piece& piece) {
  if (!is_blank(piece.text)) out.push_back(piece);
}

// Takes "<open>...</close>" off the front of `rest` if it stands there; without its end it is all.
bool take_tagged(std::string_view& rest, std::string_view open, std::string_view close,
                 std::string_view& tagged) {
  const auto text = skip_blanks(rest);
  if (!text.starts_with(open)) return false;
  const size_t end = text.find(close);
  tagged = end == std::string_view::npos ? text : text.substr(0, end + close.size());
  rest = text.substr(tagged.size());
  return true;
}

// What the client says about a "!" line: the command and what it printed.
bool split_shell(std::string_view text, std::vector<Piece>& out) {
  if (!text.starts_with(kShellBegin)) return false;
  text.remove_prefix(kShellBegin.size());
  const size_t middle = text.find(kShellMiddle);
  if (middle == std::string_view::npos) return false;
  auto output = text.substr(middle + kShellMiddle.size());
  if (output.ends_with(kShellEnd)) output.remove_suffix(kShellEnd.size());
  add(out, {PieceKind::kShell, {}, text.substr(0, middle)});
  add(out, {PieceKind::kSystem, kShellOutput, output});
  return true;
}

// Words that a person put in while the model was working, wrapped by the client.
bool split_hint(std::string_view text, std::vector<Piece>& out) {
  if (!text.starts_with(kHintBegin)) return false;
  text.remove_prefix(kHintBegin.size());
  add(out, {PieceKind::kTyped, {}, text.substr(0, text.find(kHintEnd))});
  return true;
}

// "[Function Response: NAME]OUTPUT", as clients of autumn 2025 wrote it; of several tools in a row,
// the outputs of all but the last one are left out.
bool split_response(std::string_view text, std::vector<Piece>& out) {
  bool found = false;
  while (text.starts_with(kResponseBegin)) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) break;
    const auto name = text.substr(kResponseBegin.size(), end - kResponseBegin.size());
    text.remove_prefix(end + 1);
    const auto output = text.starts_with(kResponseBegin) ? std::string_view() : text;
    out.push_back({PieceKind::kResponse, name, output});
    found = true;
  }
  return found;
}

// What the editor shows, as JSON in a fence. The person's words may follow in the same text.
bool take_editor_context(std::string_view& rest, std::string_view& context) {
  constexpr std::string_view kFence = "\n```json\n";
  constexpr std::string_view kFenceEnd = "\n```";
  const auto text = skip_blanks(rest);
  if (!text.starts_with(kEditorWhole) && !text.starts_with(kEditorChange)) return false;
  const size_t fence = text.find(kFence);
  const size_t end =
      fence == std::string_view::npos ? fence : text.find(kFenceEnd, fence + kFence.size());
  context = end == std::string_view::npos ? text : text.substr(0, end + kFenceEnd.size());
  rest = text.substr(context.size());
  if (rest.starts_with('\n')) rest.remove_prefix(1);
  return true;
}

// True if all of `text` was the client's.
bool split_known(std::string_view text, std::vector<Piece>& out) {
  const auto words = skip_blanks(text);
  for (const auto& opening : kOpenings) {
    if (words.starts_with(opening.text)) {
      add(out, {PieceKind::kSystem, opening.subtype, words});
      return true;
    }
  }
  if (words.starts_with("<scratchpad>") &&
      words.find("<state_snapshot>") != std::string_view::npos) {
    add(out, {PieceKind::kSystem, kCompactionSummary, words});
    return true;
  }
  return split_shell(words, out) || split_hint(words, out) || split_response(words, out);
}

// Where a hook's words begin that stand on lines of their own or at the end of `text`, from `at`
// on; `end`: behind them.
size_t find_hook_context(std::string_view text, size_t& end) {
  size_t close = 0;  // the first one behind `at`
  for (size_t at = text.find(kHookOpen); at != std::string_view::npos;
       at = text.find(kHookOpen, at + 1)) {
    if (close < at) close = text.find(kHookClose, at);
    if (close == std::string_view::npos) break;
    end = close + kHookClose.size();
    const auto behind = text.substr(end);
    const bool own_lines =
        (at == 0 || text[at - 1] == '\n') && (behind.empty() || behind.starts_with('\n'));
    const auto next = skip_blanks(behind);
    if (own_lines || next.empty() || next.starts_with(kHookOpen)) return at;
  }
  return std::string_view::npos;
}

// A hook's words may stand behind the person's, with nothing between them. These remain one piece
// if a hook's stand within.
void split_typed(std::string_view text, std::vector<Piece>& out) {
  size_t end = 0;
  for (size_t at = find_hook_context(text, end); at != std::string_view::npos;
       at = find_hook_context(text, end)) {
    add(out, {PieceKind::kTyped, {}, text.substr(0, at)});
    add(out, {PieceKind::kSystem, kHookContext, text.substr(at, end - at)});
    text = text.substr(end);
  }
  add(out, {PieceKind::kTyped, {}, text});
}

// Where the content of referenced files ends in `text`: behind the last mark that stands on a line
// of its own and has nothing behind it but a hook's words; files may have such a line, too.
// npos: it goes on in the next part.
size_t end_of_references(std::string_view text) {
  const size_t found = text.rfind(kReferencesEnd);
  if (found == std::string_view::npos) return found;
  if (found > 0 && text[found - 1] != '\n') return std::string_view::npos;
  const size_t end = found + kReferencesEnd.size();
  const auto behind = skip_blanks(text.substr(end));
  return behind.empty() || behind.starts_with(kHookOpen) ? end : std::string_view::npos;
}

// Where the client's mark begins behind which referenced files stand: a line of its own.
size_t find_references(std::string_view text) {
  for (size_t at = text.find(kReferencesBegin); at != std::string_view::npos;
       at = text.find(kReferencesBegin, at + 1)) {
    const auto line = drop_blanks_behind(text.substr(at, text.find('\n', at) - at));
    if ((at == 0 || text[at - 1] == '\n') && line.ends_with("---")) return at;
  }
  return std::string_view::npos;
}

// A text without its lines that begin with "::", and without blanks.
struct Spoken {
  std::string words;
  size_t commands = 0;
};

Spoken without_commands(std::string_view text) {
  Spoken spoken;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const auto line = skip_blanks(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("::")) {
      ++spoken.commands;
      continue;
    }
    std::copy_if(line.begin(), line.end(), std::back_inserter(spoken.words),
                 [](char c) { return kBlanks.find(c) == std::string_view::npos; });
  }
  return spoken;
}

}  // namespace

bool is_blank(std::string_view text) {
  return text.find_first_not_of(kBlanks) == std::string_view::npos;
}

bool is_nudge(std::string_view text, bool has_display) {
  const auto words = drop_blanks_behind(skip_blanks(text));
  if (has_display && words == "Please continue.") return true;
  for (const auto& opening : kOpenings) {
    if (opening.subtype == kClientNudge && words.starts_with(opening.text)) return true;
  }
  return false;
}

bool lacks_only_commands(std::string_view displayed, std::string_view sent) {
  if (sent.find("::") == std::string_view::npos) return false;
  const Spoken shown = without_commands(displayed);
  const Spoken said = without_commands(sent);
  return said.commands > shown.commands && said.words == shown.words;
}

std::string unescape_shell(std::string_view command) {
  std::string plain;
  plain.reserve(command.size());
  for (size_t i = 0; i < command.size(); ++i) {
    const bool escape = command[i] == '\\' && i + 1 < command.size() &&
                        (command[i + 1] == '\\' || command[i + 1] == '`');
    if (escape) ++i;
    plain.push_back(command[i]);
  }
  return plain;
}

void UserTextSplitter::split(std::string_view text, std::vector<Piece>& out) {
  while (!is_blank(text)) {
    text = in_references_ ? take_references(text, out) : take_front(text, out);
  }
}

std::string_view UserTextSplitter::take_front(std::string_view text, std::vector<Piece>& out) {
  std::string_view tagged;
  if (take_tagged(text, "<session_context>", "</session_context>", tagged)) {
    add(out, {PieceKind::kSystem, kSessionContext, tagged});
    return text;
  }
  if (take_tagged(text, kHookOpen, kHookClose, tagged)) {
    add(out, {PieceKind::kSystem, kHookContext, tagged});
    return skip_blanks(text);
  }
  if (take_editor_context(text, tagged)) {
    add(out, {PieceKind::kSystem, kEditorContext, tagged});
    return text;
  }
  if (split_known(text, out)) return {};
  const size_t mark = find_references(text);
  if (mark == std::string_view::npos) {
    split_typed(text, out);
    return {};
  }
  if (mark > 0) split_typed(text.substr(0, mark - 1), out);
  in_references_ = true;
  return text.substr(mark);
}

std::string_view UserTextSplitter::take_references(std::string_view text, std::vector<Piece>& out) {
  const size_t found = end_of_references(text);
  in_references_ = found == std::string_view::npos;
  const size_t end = in_references_ ? text.size() : found;
  add(out, {PieceKind::kSystem, kReferencedFiles, text.substr(0, end)});
  return text.substr(end);
}

}  // namespace kato::gemini
