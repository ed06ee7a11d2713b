// What a message says: text as it is, one part, or a list of parts and texts.
#pragma once

#include <string_view>

#include "plugins/jsonlog/json.h"

namespace kato::gemini {

enum class PartKind {
  kText,
  kThought,
  kInlineData,
  kFileData,
  kFunctionCall,
  kFunctionResponse,
  kEmpty,  // says nothing: a part with a signature only
  kUnknown,
};

struct Part {
  PartKind kind = PartKind::kUnknown;
  jsonlog::Value value;  // a text, or what stands under the kind's name
};

[[nodiscard]] Part read_part(jsonlog::Value value);

// What an unknown part is called in the log, for its type.
[[nodiscard]] std::string_view name_of(const Part& part);

// Calls visit(const Part&) for each part of `content`. Content of another type is an unknown part.
template <class Visit>
void for_each_part(jsonlog::Value content, Visit&& visit) {
  if (content.is_array()) {
    for (const auto item : content.items()) {
      visit(read_part(item));
    }
  } else if (content.exists() && content.kind() != jsonlog::JsonKind::kNull) {
    visit(read_part(content));
  }
}

}  // namespace kato::gemini
