// Who wrote what stands in a user's turn. Gemini CLI puts much into it that nobody typed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kato::gemini {

enum class PieceKind {
  kTyped,     // the person's words
  kShell,     // the command of a "!" line, escaped as for markdown (unescape_shell)
  kSystem,    // the client's words; `subtype` says which
  kResponse,  // the output of a tool, written as text; `subtype` is the tool's name
};

struct Piece {
  PieceKind kind = PieceKind::kTyped;
  std::string_view subtype;
  std::string_view text;  // a part of what was split
};

// Subtypes of system messages.
inline constexpr std::string_view kSessionContext = "session-context";
inline constexpr std::string_view kHookContext = "hook-context";
inline constexpr std::string_view kEditorContext = "editor-context";
inline constexpr std::string_view kShellOutput = "shell-output";
inline constexpr std::string_view kClientNudge = "client-nudge";
inline constexpr std::string_view kCompactionSummary = "compaction-summary";
inline constexpr std::string_view kPlanMode = "plan-mode";
inline constexpr std::string_view kBackgroundOutput = "background-output";
inline constexpr std::string_view kReferencedFiles = "referenced-files";
inline constexpr std::string_view kExpandedPrompt = "expanded-prompt";
inline constexpr std::string_view kAgentPrompt = "agent-prompt";

// Splits the text parts of one user message, which must be handed over in order.
class UserTextSplitter {
 public:
  // Appends the pieces of `text` to `out`. Blank pieces are left out.
  void split(std::string_view text, std::vector<Piece>& out);

 private:
  // Text behind "Content from referenced files" belongs to it until its end is seen, which may
  // stand in a later part.
  bool in_references_ = false;

  // Each takes something off the front and returns the rest.
  std::string_view take_front(std::string_view text, std::vector<Piece>& out);
  std::string_view take_references(std::string_view text, std::vector<Piece>& out);
};

// What the client says to the model when it wants it to go on; it then repeats the last prompt as
// displayContent. `has_display`: the message has a displayContent.
[[nodiscard]] bool is_nudge(std::string_view text, bool has_display);

// The shell command as it was typed.
[[nodiscard]] std::string unescape_shell(std::string_view command);

// Whether `displayed` is what was sent but for lines that begin with "::": a client may keep such
// lines from being shown. What is sent for a slash command is another text altogether.
[[nodiscard]] bool lacks_only_commands(std::string_view displayed, std::string_view sent);

[[nodiscard]] bool is_blank(std::string_view text);

}  // namespace kato::gemini
