#include "user_item.h"

#include "attachments.h"

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

}  // namespace

bool says_something(const UserItem& item) noexcept {
  return !trimmed(item.words).empty() || item.images;
}

bool is_unknown_block(jsonlog::Value block) noexcept {
  return !is_text(block) && !is_image(block);
}

std::vector<TextBlock> text_blocks(const Line& line) {
  std::vector<TextBlock> blocks;
  BlockKinds kinds(line);
  size_t index = 0;
  const auto content = line.payload["content"];
  const auto take = [&](std::string_view text) {
    const auto kind = kinds.next();
    if (!is_image_tag(text)) {
      blocks.push_back({index, text, kind, classify_user_block(line, text, kind)});
    }
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
  return blocks;
}

UserItem read_user_item(const Line& line) {
  UserItem item;
  for (const auto& block : text_blocks(line)) {
    if (!block.meaning.persons) {
      item.mixed = true;
      item.clients = block.text;
      continue;
    }
    item.persons = item.persons || block.kind == "user.text";
    item.words =
        item.words.empty() ? block.text : line.arena().join({item.words, "\n", block.text});
  }
  for (const auto block : line.payload["content"].items()) {
    item.images = item.images || is_image(block);
    item.unknown = item.unknown || is_unknown_block(block);
  }
  return item;
}

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

}  // namespace kato::codex
