// Changes to one JSON record of a log, as a newer client might make them: the record stays JSON,
// but says something that its reader does not know.
#pragma once

#include <string>
#include <string_view>

#include "mutation.hpp"

namespace kato::testkit {

enum class RecordChange {
  kAddField,        // of an unknown name, to the record itself
  kReorder,         // the record's own fields
  kAddFieldWithin,  // to one of the objects in it
  kRenameField,
  kRemoveField,
  kRetypeField,  // a value of another JSON type
  kRenameType,   // a string of a field like "type", "subtype", "role" becomes one that is unknown
  kCount
};

[[nodiscard]] std::string_view change_text(RecordChange change);

// True for changes that a reader must not notice at all.
[[nodiscard]] constexpr bool is_meaningless(RecordChange change) {
  return change == RecordChange::kAddField || change == RecordChange::kReorder;
}

// The JSON object in `text` from its first '{' to the end of that object; empty if there is none.
[[nodiscard]] std::string_view object_in(std::string_view text);

// `object`: a valid JSON object. It comes back unchanged if there is nothing to change in that way.
[[nodiscard]] std::string change_record(std::string_view object, RecordChange change,
                                        Seeded& random);

}  // namespace kato::testkit
