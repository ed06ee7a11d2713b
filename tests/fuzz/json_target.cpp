// The JSON reader and the repair that the providers share, against the host's own checks.
#include <functional>

#include <nlohmann/json.hpp>

#include "host/base/utf8.h"
#include "host/plugin/json_check.h"

#include "plugins/jsonlog/json.h"
#include "plugins/jsonlog/repair.h"
#include "tests/fuzz/target.h"

namespace kato::fuzz {
namespace {

using jsonlog::Json;
using jsonlog::JsonError;
using jsonlog::JsonKind;
using jsonlog::Value;

void require(bool holds, std::string_view what) {
  if (!holds) finding(what);
}

void check_repair(std::string_view input) {
  std::string repaired;
  const size_t repairs = jsonlog::repair_bytes(input, repaired);
  const bool was_text = is_utf8(input) && !input.contains('\0');
  require(is_utf8(repaired) && !repaired.contains('\0'), "what was repaired is no text");
  require((repairs == 0) == was_text, "it repairs what is text, or does not what is none");
  require(!was_text || repaired == input, "it changes a text");
  jsonlog::OriginalOffsets offsets(input);
  size_t last = 0;
  for (size_t at = 0; at <= repaired.size(); at += 1 + repaired.size() / 64) {
    const size_t original = offsets.of(at);
    require(original >= last && original <= input.size(), "original offsets do not ascend");
    last = original;
  }
  require(offsets.of(repaired.size()) == input.size(), "the end is not the end of the original");
}

// Looks at all of it, as the providers do; the depth is bounded by Json.
void walk(const Value& value) {
  require(is_utf8(value.text()), "a string that is no text");
  for (const auto& [key, member] : value.members()) {
    require(is_utf8(value.unescape_key(key)), "a name that is no text");
    walk(member);
  }
  for (const Value item : value.items()) {
    walk(item);
  }
  static_cast<void>(value.integer());
}

std::string padded(std::string_view text) {
  return std::string(text) + std::string(jsonlog::kPaddingBytes, '"');
}

void check_reader(std::string_view input) {
  static Json json;  // kept, as a decoder keeps it: nothing of one text may show in the next
  const auto with_padding = padded(input);
  const JsonError error =
      json.parse(std::string_view(with_padding).substr(0, input.size()), jsonlog::Behind::kPadding);
  Json other;
  const std::string exact(input);
  require(other.parse(exact) == error, "padding changes whether it is JSON");
  require(other.error_offset() == json.error_offset(), "padding changes where it is not JSON");
  if (error != JsonError::kNone) {
    // The other one takes a byte-order mark, and a NUL byte as the end.
    const bool is_odd = input.starts_with("\xef\xbb\xbf") || input.contains('\0');
    require(is_odd || error != JsonError::kSyntax || !nlohmann::json::accept(input),
            "JSON that is refused as none");
    return;
  }
  walk(json.root());
  const auto bytes = json.root().json();
  // An escape that means nothing is taken as it stands; walk() has counted it.
  require(plugin::check_json(bytes).valid || json.repairs() > 0, "it takes what the host does not");
  require(!plugin::check_json(bytes).has_lone_surrogate, "a surrogate that is not repaired");
  require(other.root().json() == bytes, "padding changes what it says");
}

}  // namespace

void try_input(std::string_view input) {
  check_repair(input);
  check_reader(input);
}

std::vector<std::string> seeds() {
  using namespace std::string_literals;
  return {R"({"type":"user","message":{"content":[{"text":"a\n\u00e4\ud83d\ude00"}]}})",
          R"([1,-2.5e+10,0,true,false,null,"",{},[]])",
          R"({"lone":"\ud800","other":"\udc00\ud800","escapes":"\"\\\/\b\f\n\r\t"})",
          "{\"invalid\":\"\xff\xc0\xed\xa0\x80\"}",
          "{\"nul\":\"\0\"}"s,
          "  {\"blanks\" : [ 1 , 2 ]\t}\r",
          R"({"a":1,"a":2,"\u0061":3})",
          "[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]",
          R"({"text":"{\"in\":\"a string\"}"})",
          "\xef\xbb\xbf{}"};
}

}  // namespace kato::fuzz
