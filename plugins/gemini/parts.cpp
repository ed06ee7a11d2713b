#include "parts.h"

namespace kato::gemini {

Part read_part(jsonlog::Value value) {
  if (value.is_string()) return {PartKind::kText, value};
  if (!value.is_object()) return {PartKind::kUnknown, value};
  Part part{PartKind::kEmpty, value};
  bool thought = false;
  for (const auto& [key, member] : value.members()) {
    if (key == "text" && member.is_string()) {
      part = {PartKind::kText, member};
    } else if (key == "thought") {
      thought = member.is_true();
    } else if (key == "inlineData" && member.is_object()) {
      part = {PartKind::kInlineData, member};
    } else if (key == "fileData" && member.is_object()) {
      part = {PartKind::kFileData, member};
    } else if (key == "functionCall" && member.is_object()) {
      part = {PartKind::kFunctionCall, member};
    } else if (key == "functionResponse" && member.is_object()) {
      part = {PartKind::kFunctionResponse, member};
    } else if (part.kind == PartKind::kEmpty && key != "thoughtSignature" &&
               key != "videoMetadata") {
      part.kind = PartKind::kUnknown;
    }
  }
  if (thought && part.kind == PartKind::kText) part.kind = PartKind::kThought;
  return part;
}

std::string_view name_of(const Part& part) {
  for (const auto& member : part.value.members()) {
    return member.key;
  }
  return "part";
}

}  // namespace kato::gemini
