#include "tests/unit/short_copies.h"

#include "host/daemon/session_lookup.h"

#include "tests/support/catch.h"
#include "tests/support/text.h"

namespace kato::test {

std::string twin(const DaemonRig& rig) {
  return "state/sessions/" + rig.key(1) + ".twin.jsonl";
}

std::string log_name(const DaemonRig& rig) {
  return rig.log(1).substr(std::string(rig.home / "").size());
}

std::string cause_of_copy(Daemon& daemon, const DaemonRig& rig) {
  return cause_of(daemon, "copy of session " + rig.session_id(1).substr(0, 8));
}

void open_session(DaemonRig& rig, Daemon& daemon) {
  static_cast<void>(
      rig.ask(daemon, {.verb = ControlVerb::kSnapshotCreate, .session = rig.session_id(1)}));
  rig.work(daemon);
}

Exported exported(DaemonRig& rig) {
  class Words final : public EventListener {
   public:
    explicit Words(Exported& into) : into_(into) {}
    void on_event(const Event& event, CommandRight) override {
      const auto line = std::string(event.body.payload.text) + "\n";
      into_.said += line;
      if (event.captured_at) into_.captured += line;
    }

   private:
    Exported& into_;
  };
  const auto assembly = rig.assemble();
  REQUIRE(assembly);
  Exported found;
  const auto session =
      find_kept_session(rig.files, **assembly, rig.session_id(1), rig.home / "proj", {});
  REQUIRE(session);
  SessionSummary summary;
  Words words(found);
  REQUIRE(read_session(rig.files, rig.home / "state", *session, summary, words,
                       {.warn = [&](const std::string& text) { found.warnings.push_back(text); }}));
  return found;
}

void check_all_in_order(std::string_view text) {
  INFO(text);
  size_t at = 0;
  for (const auto* const said : {"apple", "pear", "plum", "quince", "medlar"}) {
    INFO(said);
    const auto line = std::string(said) + "\n";
    CHECK(count_of(text, line) == 1);
    CHECK(text.find(line) >= at);
    at = text.find(line);
  }
}

}  // namespace kato::test
