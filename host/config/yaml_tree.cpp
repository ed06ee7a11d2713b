#include "host/config/yaml_tree.h"

#include <exception>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "host/base/utf8.h"

namespace kato {
namespace {

constexpr size_t kMaxTextBytes = 1U << 20U;
constexpr size_t kMaxNodes = 100'000;
constexpr size_t kMaxDepth = 64;
constexpr std::string_view kTextTag = "tag:yaml.org,2002:str";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Ends the reading from inside of the parser's callbacks; does not leave this file.
struct Stop {};

// The lines of a text, to turn the parser's byte columns into characters.
class Lines {
 public:
  explicit Lines(std::string_view text) {
    for (size_t begin = 0; begin <= text.size();) {
      const auto end = std::min(text.find('\n', begin), text.size());
      lines_.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }

  [[nodiscard]] std::string_view line(int number) const {
    const auto index = static_cast<size_t>(number - 1);
    return number >= 1 && index < lines_.size() ? lines_[index] : std::string_view{};
  }

  // Line and byte column from 0.
  [[nodiscard]] TextPosition position(int line_index, int byte_column) const {
    TextPosition where{.line = std::max(line_index, 0) + 1, .column = 1};
    const auto before = line(where.line).substr(0, static_cast<size_t>(std::max(byte_column, 0)));
    for (const char c : before) {
      if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) ++where.column;
    }
    return where;
  }

  [[nodiscard]] TextPosition position_of_byte(size_t offset) const {
    int index = 0;
    for (const auto text : lines_) {
      if (offset <= text.size()) break;
      offset -= text.size() + 1;
      ++index;
    }
    return position(index, static_cast<int>(offset));
  }

 private:
  std::vector<std::string_view> lines_;
};

size_t count_nodes(const YamlNode& node) {
  size_t count = 1;
  for (const auto& item : node.items) {
    count += count_nodes(item);
  }
  for (const auto& member : node.members) {
    count += count_nodes(member.value);
  }
  return count;
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const Lines& lines, std::string file, Problems& problems)
      : lines_(lines), file_(std::move(file)), problems_(problems) {}

  [[nodiscard]] YamlNode take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ == 0) return;
    const auto where = place(mark);
    if (lines_.line(where.line).starts_with("---")) {
      report(where, "a second document begins here", "keep one document in the file");
    } else {
      report(where, "this does not belong to what stands above", "check the indentation");
    }
    throw Stop();
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlNode node;
    node.where = place(mark);
    finish(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      report(place(mark), "an alias refers to a value that contains it", "write the value out");
      throw Stop();
    }
    count(count_nodes(found->second) - 1, place(mark));
    YamlNode copy = found->second;
    finish(std::move(copy), 0);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node;
    node.kind = YamlNode::Kind::kScalar;
    node.where = place(mark);
    node.text = value;
    node.plain = tag == "?" || tag.empty();
    if (!node.plain && tag != "!" && tag != kTextTag) refuse_tag(node.where, tag);
    finish(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    begin(YamlNode::Kind::kSequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { end(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    begin(YamlNode::Kind::kMap, mark, tag, anchor);
  }
  void OnMapEnd() override { end(); }

 private:
  struct Key {
    std::string text;
    TextPosition where;
    bool usable = true;
  };
  struct Open {
    YamlNode node;
    YAML::anchor_t anchor = 0;
    std::optional<Key> key;  // of the member whose value comes next
    std::map<std::string, TextPosition> seen;
  };

  [[nodiscard]] TextPosition place(const YAML::Mark& mark) const {
    return lines_.position(mark.line, mark.column);
  }

  void report(TextPosition where, std::string what, std::string remedy) {
    problems_.push_back({file_, where, std::move(what), std::move(remedy)});
  }

  void refuse_tag(TextPosition where, const std::string& tag) {
    report(where, fmt::format("the tag '{}' is not understood", tag), "remove it");
  }

  void count(size_t nodes, TextPosition where) {
    nodes_ += nodes;
    if (nodes_ <= kMaxNodes) return;
    report(where, fmt::format("more than {} values", kMaxNodes), "make the file smaller");
    throw Stop();
  }

  void begin(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
             YAML::anchor_t anchor) {
    Open open;
    open.node.kind = kind;
    open.node.where = place(mark);
    open.anchor = anchor;
    if (!tag.empty() && tag != "?" && tag != "!") refuse_tag(open.node.where, tag);
    if (open_.size() >= kMaxDepth) {
      report(open.node.where, fmt::format("nested deeper than {} levels", kMaxDepth),
             "make it flatter");
      throw Stop();
    }
    open_.push_back(std::move(open));
  }

  void end() {
    Open done = std::move(open_.back());
    open_.pop_back();
    finish(std::move(done.node), done.anchor);
  }

  // A node is complete: it is the root, an item, a key, or a member's value.
  void finish(YamlNode node, YAML::anchor_t anchor) {
    count(1, node.where);
    if (anchor != 0) anchors_.insert_or_assign(anchor, node);
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == YamlNode::Kind::kSequence) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key) {
      take_key(parent, std::move(node));
    } else {
      Key key = *std::exchange(parent.key, std::nullopt);
      if (!key.usable) return;
      // The parser puts nothing where the next thing begins, which may be lines below.
      if (node.kind == YamlNode::Kind::kNull) node.where = key.where;
      parent.node.members.push_back({std::move(key.text), key.where, std::move(node)});
    }
  }

  void take_key(Open& map, YamlNode node) {
    Key key{.text = std::move(node.text), .where = node.where, .usable = false};
    if (node.kind != YamlNode::Kind::kScalar) {
      report(key.where, "a key must be a word", "write 'key: value'; quote what is no plain word");
    } else if (node.plain && key.text == "<<") {
      report(key.where, "merge keys ('<<') are not understood", "write the keys out");
    } else if (const auto [first, added] = map.seen.try_emplace(key.text, key.where); !added) {
      report(
          key.where,
          fmt::format("the key '{}' comes twice, first in line {}", key.text, first->second.line),
          "keep one of them");
    } else {
      key.usable = true;
    }
    map.key = std::move(key);
  }

  const Lines& lines_;
  std::string file_;
  Problems& problems_;
  YamlNode root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
  size_t nodes_ = 0;
  size_t documents_ = 0;
};

// A comment that is swallowed shows the parser a quote without an end, which it would forgive if a
// line break came last.
constexpr std::string_view kEndOfText = "\n#";

std::string syntax_remedy(std::string_view line, std::string_view message) {
  if (message.contains("EOF in scalar")) return "close the quote that was opened before";
  if (line.find(": {") != std::string_view::npos || line.find("- {") != std::string_view::npos ||
      line.find("[{") != std::string_view::npos) {
    return "put text that begins with '{' into \"quotes\"";
  }
  if (line.substr(0, line.find_first_not_of(" \t")).contains('\t')) {
    return "indent with blanks, not with tabs";
  }
  return "check indentation, quotes and colons here and in the lines before";
}

// What the parser would misread: its own end mark is a control character.
bool check_bytes(std::string_view text, const Lines& lines, const std::string& file,
                 Problems& problems) {
  if (text.size() > kMaxTextBytes) {
    problems.push_back(
        {file, {}, fmt::format("more than {} bytes", kMaxTextBytes), "make the file smaller"});
    return false;
  }
  const size_t valid = valid_utf8_bytes(text);
  for (size_t i = 0; i < valid; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte >= 0x20 && byte != 0x7F) || byte == '\t' || byte == '\n' || byte == '\r') continue;
    problems.push_back({file, lines.position_of_byte(i),
                        fmt::format("a control character (0x{:02x})", byte),
                        "remove it; the file must be text in UTF-8"});
    return false;
  }
  if (valid == text.size()) return true;
  problems.push_back(
      {file, lines.position_of_byte(valid), "bytes that are not UTF-8", "save the file as UTF-8"});
  return false;
}

}  // namespace

YamlNode read_yaml(std::string_view text, const std::string& file, Problems& problems) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const Lines lines(text);
  if (!check_bytes(text, lines, file, problems)) return {};
  TreeBuilder builder(lines, file, problems);
  try {
    std::istringstream stream(std::string(text) + std::string(kEndOfText));
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop&) {  // NOLINT(bugprone-empty-catch): already reported
  } catch (const YAML::Exception& error) {
    const auto where = lines.position(error.mark.line, error.mark.column);
    problems.push_back({file, where, "invalid YAML: " + error.msg,
                        syntax_remedy(lines.line(where.line), error.msg)});
  } catch (const std::exception& error) {
    problems.push_back({file, {}, fmt::format("invalid YAML: {}", error.what()), "check the file"});
  }
  return builder.take_root();
}

}  // namespace kato
