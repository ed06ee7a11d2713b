// What the client wrapped in tags and put into a person's text.
#include <algorithm>
#include <array>
#include <string_view>

#include "user_text.h"

namespace kato::claude {
namespace {

struct Tag {
  std::string_view name;
  std::string_view subtype;
};

constexpr std::array kInsertions = {
    Tag{"system-reminder", "reminder"},
    Tag{"ide_opened_file", "ide-context"},
    Tag{"ide_selection", "ide-context"},
    Tag{"ide_diagnostics", "ide-context"},
    Tag{"new-diagnostics", "ide-context"},
    Tag{"user-prompt-submit-hook", "hook-output"},
    Tag{"post-tool-use-hook", "hook-output"},
    Tag{"session-start-hook", "hook-output"},
    Tag{"local-command-caveat", "local-command-caveat"},
};

// Index of the insertion whose opening tag stands at the beginning of `text`, else their number.
size_t insertion_at(std::string_view text) noexcept {
  const auto found = std::find_if(kInsertions.begin(), kInsertions.end(), [&](const Tag& tag) {
    return text.substr(1).starts_with(tag.name) && text.substr(tag.name.size() + 1, 1) == ">";
  });
  return static_cast<size_t>(found - kInsertions.begin());
}

// A person who writes about the client's tags puts them into quotes or into a block of code.
class Quoting {
 public:
  explicit Quoting(std::string_view text) : text_(text), fence_(text.find(kFence)) {}

  // [at, end): behind the one that was asked for before.
  [[nodiscard]] bool quotes(size_t at, size_t end) noexcept {
    constexpr std::string_view kMarks = "`\"'";
    const bool opened = at > 0 && kMarks.find(text_[at - 1]) != std::string_view::npos;
    if (opened && end < text_.size() && text_[end] == text_[at - 1]) return true;
    for (; fence_ < at; in_block_ = !in_block_) {
      fence_ = text_.find(kFence, fence_ + kFence.size());
    }
    return in_block_ && fence_ != std::string_view::npos;
  }

 private:
  static constexpr std::string_view kFence = "```";

  std::string_view text_;
  size_t fence_;           // the next one
  bool in_block_ = false;  // in front of it
};

}  // namespace

std::string_view without_insertions(std::string_view text, jsonlog::Arena& arena,
                                    std::vector<Insertion>& found) {
  std::array<bool, kInsertions.size()> unclosed{};  // from here on: then further on, too
  std::vector<std::string_view> kept;
  Quoting quoting(text);
  size_t from = 0;  // of what is neither kept nor an insertion yet
  for (size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at)) {
    const auto rest = text.substr(at++);
    const size_t which = insertion_at(rest);
    if (which == kInsertions.size() || unclosed[which]) continue;
    const auto& tag = kInsertions[which];
    const auto closing = arena.join({"</", tag.name, ">"});
    const size_t end = rest.find(closing);
    unclosed[which] = end == std::string_view::npos;
    if (unclosed[which]) continue;
    const size_t length = end + closing.size();
    if (quoting.quotes(at - 1, at - 1 + length)) {
      at += length - 1;
      continue;
    }
    found.push_back({tag.subtype, rest.substr(0, length)});
    kept.push_back(text.substr(from, at - 1 - from));
    from = at = at - 1 + length;
  }
  if (kept.empty()) return text;
  kept.push_back(text.substr(from));
  return trimmed(arena.join(kept));
}

}  // namespace kato::claude
