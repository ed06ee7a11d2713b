#include "tests/unit/recording_scenarios.h"

#include "tests/support/catch.h"

namespace kato::test {

void begin(Desk& desk) {
  desk.period(0);
  REQUIRE(desk.commit());
}

Status record_on(Desk& desk) {
  for (const int texts : {3, 5, 6}) {
    desk.say_up_to(texts);
    if (auto served = desk.serve(); !served) return served;
  }
  return desk.commit();
}

void ask_for_export(Desk& desk, const std::string& note) {
  if (!note.empty()) desk.folder.write("notes/a.txt", note);
  desk.obey("::export a.txt", 3);
  REQUIRE(desk.meta.pending_exports.size() == 1);
  REQUIRE(desk.commit());
}

std::string leftovers(Desk& desk) {
  std::string names;
  const auto entries = desk.files.list(desk.folder / "notes");
  REQUIRE(entries);
  for (const auto& entry : *entries) {
    if (entry.name != ".keep" && entry.name != "a.txt") names += entry.name + " ";
  }
  return names;
}

std::string without(std::string text, std::string_view part) {
  const auto at = text.find(part);
  if (at != std::string::npos) text.erase(at, part.size());
  return text;
}

}  // namespace kato::test
