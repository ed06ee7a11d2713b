// Claude Code 1.0 wrote the lines of sub-agents into the log of the session that called them. They
// are kept, but as no part of its conversation.
#include "content.h"
#include "mapping.h"
#include "user_text.h"

namespace kato::claude {
namespace {

void map_block(const Mapping& to, Value block, size_t number) {
  const auto type = block.is_string() ? "text" : block["type"].word();
  Mapping::Info info;
  info.level = KATO_LEVEL_DEBUG;
  if (type == "text") {
    info.subtype = to.line.type == "user" ? "sidechain-prompt" : "sidechain-message";
    info.text = block.is_string() ? block.text() : block["text"].text();
  } else if (type == "thinking") {
    info.subtype = "sidechain-thinking";
    info.text = block["thinking"].text();
  } else if (type == "tool_use") {
    info.subtype = "sidechain-tool-call";
    info.text = block["name"].text();
    info.data_json = block["input"].json();
  } else if (type == "tool_result") {
    info.subtype = "sidechain-tool-result";
    info.text = result_text(to, block["content"]);
  } else {
    to.raw(to.part("block", number), "sidechain");
    return;
  }
  if (trimmed(info.text).empty() && info.data_json.empty()) return;
  to.info(to.part("sidechain", number), info);
}

}  // namespace

void map_sidechain(const Mapping& to) {
  const Value content = to.line.message["content"];
  if (content.is_string()) map_block(to, content, 0);
  size_t number = 0;
  for (const Value block : content.items()) {
    map_block(to, block, number++);
  }
  to.record.ignore("empty");
}

}  // namespace kato::claude
