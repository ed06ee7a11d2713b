#include "slash_command.h"

#include "envelope.h"

namespace kato::claude {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

// Clients before 2.0 do not tell in the log itself.
constexpr std::string_view kSurfaceCommands =
    "add-dir advisor agents allowed-tools approved-tools bashes branch bug chrome clear color "
    "compact config context copy cost desktop diff doctor effort exit export extra-usage fast "
    "feedback files focus fork help hooks ide install-github-app install-slack-app "
    "keybindings login logout marketplace mcp memory mobile model new output-style passes "
    "permissions plugin plugins privacy-settings quit rate-limit-options release-notes "
    "reload-plugins reload-skills remote-control remote-env rename reset resume rewind "
    "sandbox session skills stats status stickers tag tasks terminal-setup theme think-back "
    "todos tui upgrade usage vim voice";

// The form in which the client logs commands that it carries out itself; those that become a prompt
// begin with the message, and nothing is indented.
bool is_indented_command(std::string_view text) noexcept {
  constexpr std::string_view kEnd = "</command-name>";
  if (!text.starts_with("<command-name>")) return false;
  const size_t end = text.find(kEnd);
  return end != std::string_view::npos &&
         text.substr(end + kEnd.size()).starts_with("\n            <command-message>");
}

}  // namespace

bool is_slash_command(std::string_view text) noexcept {
  return text.starts_with("<command-name>") || text.starts_with("<command-message>") ||
         text.starts_with("<command-args>");
}

SlashCommand read_slash_command(std::string_view text, jsonlog::Arena& arena) {
  std::string_view name;
  std::string_view arguments;
  if (!element(text, "command-name", name)) return {};
  element(text, "command-args", arguments);
  name = trimmed(name);
  arguments = trimmed(arguments);
  if (name.starts_with('/')) name.remove_prefix(1);
  const std::string_view gap = arguments.empty() ? "" : " ";
  // What becomes a prompt begins with the message, also a person's own command of a listed name.
  const bool listed = !text.starts_with("<command-message>") && is_one_of(name, kSurfaceCommands);
  return {arena.join({"/", name, gap, arguments}), listed || is_indented_command(text)};
}

bool announces_skill(std::string_view text) noexcept {
  std::string_view content;
  if (element(text, "skill-format", content)) return true;
  std::string_view name;
  if (!element(text, "command-name", name) || trimmed(name).starts_with('/')) return false;
  // Clients 2.0.x: The "pdf" skill is loading
  return element(text, "command-message", content) && trimmed(content).starts_with("The \"") &&
         content.find("\" skill is ") != std::string_view::npos;
}

// The content of the first <name>…</name> in `text`. False: there is no such element.
bool element(std::string_view text, std::string_view name, std::string_view& content) noexcept {
  for (size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    const auto tag = text.substr(at + 1);
    if (!tag.starts_with(name) || tag.substr(name.size(), 1) != ">") continue;
    const auto inside = tag.substr(name.size() + 1);
    for (size_t end = inside.find("</"); end != std::string_view::npos;
         end = inside.find("</", end + 2)) {
      if (inside.substr(end + 2).starts_with(name)) {
        content = inside.substr(0, end);
        return true;
      }
    }
    return false;  // nor will a later one be closed
  }
  return false;
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // in front of texts on Windows
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

}  // namespace kato::claude
