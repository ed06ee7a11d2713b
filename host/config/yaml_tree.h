// A YAML document as a tree of which every node knows its place in the file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/config/problem.h"

namespace kato {

struct YamlMember;

struct YamlNode {
  enum class Kind : uint8_t { kNull, kScalar, kSequence, kMap };

  Kind kind = Kind::kNull;
  TextPosition where;
  std::string text;    // of a scalar
  bool plain = false;  // a scalar without quotes: it may mean a number or a truth value
  std::vector<YamlNode> items;
  std::vector<YamlMember> members;  // keys are unique
};

struct YamlMember {
  std::string key;
  TextPosition where;  // of the key
  YamlNode value;
};

// Reads one document. Adds to `problems` what is wrong with it: syntax, several documents, keys
// that come twice, merge keys, tags, control characters, bytes that are not UTF-8. Anchors and
// aliases are resolved, up to a total of 100,000 nodes. With problems the tree is what could be
// read. `file` is the name that problems carry.
[[nodiscard]] YamlNode read_yaml(std::string_view text, const std::string& file,
                                 Problems& problems);

}  // namespace kato
