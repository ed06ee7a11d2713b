// Follows the block structure of a markdown text (CommonMark) line by line, as far as it is needed
// to know what the text leaves open at its end: a code fence or an HTML block (a comment, <pre>,
// ...) that would swallow everything written after it. List items and quotes are followed because
// what is open inside them ends with them.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace kato::markdown {

class BlockScanner {
 public:
  static constexpr size_t kNoText = std::string_view::npos;

  // Takes the next line, without its end. Returns where its running text begins (behind list and
  // heading marks), or kNoText if it has none: code, HTML, a rule, a table, a quote, nothing.
  size_t line(std::string_view line);

  // True if what follows the text would be swallowed.
  [[nodiscard]] bool is_open() const;

  // The line (without its end) that closes what is open. Only where is_open().
  [[nodiscard]] std::string closing_line() const;

 private:
  enum class Leaf {
    kNone,
    kParagraph,
    kFence,
    kHtml,         // to its end mark
    kHtmlToBlank,  // to the next blank line
  };

  struct Container {
    bool quote = false;
    size_t width = 0;  // of a list item: columns from its parent's content to its own
  };

  // A line being read: where it stands and in which column that is (tabs go to multiples of 4).
  // base: the column where the content of the innermost container so far begins.
  struct Reader {
    std::string_view text;
    size_t at = 0;
    size_t column = 0;
    size_t base = 0;

    void skip_blanks();
    void skip(size_t bytes);
    [[nodiscard]] std::string_view rest() const { return text.substr(at); }
    [[nodiscard]] size_t indent() const { return column - base; }
  };

  size_t match_containers(Reader& reader) const;
  bool inside_leaf(const Reader& reader, size_t matched);
  void blank_line(size_t matched);
  size_t new_block(Reader reader, size_t matched);
  size_t text_line(const Reader& reader, size_t matched);
  bool opens_leaf(const Reader& reader, size_t matched);
  bool opens_fence(const Reader& reader);
  bool opens_html(const Reader& reader);
  bool enters_quote(Reader& reader, size_t matched);
  bool enters_item(Reader& reader, size_t matched);
  void enter(Container container, size_t matched);

  static constexpr size_t kMaxContainers = 32;  // what is nested deeper is read as running text

  std::array<Container, kMaxContainers> containers_{};
  size_t container_count_ = 0;
  bool empty_item_ = false;  // the innermost container is an item with nothing in it yet
  Leaf leaf_ = Leaf::kNone;
  size_t leaf_containers_ = 0;  // how many containers the leaf stands in
  size_t leaf_column_ = 0;      // where a fence or an HTML block begins
  char fence_mark_ = '`';
  size_t fence_length_ = 0;
  std::string_view html_end_;
};

}  // namespace kato::markdown
