#include "tests/crash/scenario.h"

#include <fmt/format.h>

#include "tests/support/conversation.h"

namespace kato::test {
namespace {

class Writing {
 public:
  Writing(Scenario& scenario, Conversation& talk) : scenario_(scenario), talk_(talk) {}

  // A text that no other event has.
  std::string marker() {
    scenario_.markers.push_back(fmt::format("mk-{:02}", scenario_.markers.size()));
    return scenario_.markers.back();
  }
  [[nodiscard]] const std::string& last() const { return scenario_.markers.back(); }

  std::string user(const std::string& command = {}) {
    return talk_.user(command.empty() ? marker() : marker() + "\n" + command);
  }
  std::string assistant() { return talk_.assistant(marker()); }
  std::string tool() { return talk_.tool(marker()); }
  std::string assistants() {
    const auto first = assistant();
    return first + assistant();
  }
  std::string work() {
    const auto first = assistant();
    const auto call = tool();
    return first + call + assistant();
  }

 private:
  Scenario& scenario_;
  Conversation& talk_;
};

}  // namespace

Scenario make_scenario(const std::string& agent, const std::string& extension,
                       const std::string& durability, const std::string& home, UnixMillis begin) {
  const auto talk = Conversation::of(agent, {.project = home + "/proj", .begin = begin});
  const std::string twin = "*.twin.jsonl";
  Scenario scenario{.agent = agent,
                    .extension = extension,
                    .durability = durability,
                    .log = talk->log_path(),
                    .files = talk->companions(),
                    .stages = {},
                    .epilogue = {},
                    .destinations = {},
                    .markers = {}};
  const auto notes = "proj/notes." + extension;
  const auto whole = "proj/whole." + extension;
  const auto all = "proj/all." + extension;
  scenario.destinations = {notes, whole, all};
  Writing write(scenario, *talk);

  scenario.files.emplace_back(".kato/kato.yaml",
                              "schemaVersion: 1\ndurability: " + durability + "\n");
  const bool is_markdown = extension == "md";
  scenario.files.emplace_back(
      notes, is_markdown ? "---\nid: mine\ntags: [a]\n---\n\n# My own words" : "{\"mine\":1}\n");
  auto before = talk->opening();
  before += write.user();
  before += write.assistant();
  scenario.files.emplace_back(scenario.log, before);

  auto& stages = scenario.stages;
  const auto stage = [&](std::string log, std::vector<std::string> files) {
    Stage next{.log = std::move(log), .edit = {}, .then = {}};
    for (auto& file : files) {
      next.then.push_back({std::move(file), write.last()});
    }
    stages.push_back(std::move(next));
  };
  stage(write.user("::start notes." + extension), {notes});
  stage(write.work(), {notes});
  const auto capture = write.user("::capture whole." + extension);
  stage(capture, {notes, whole});
  const auto torn = write.assistants();
  stages.push_back({.log = torn.substr(0, torn.size() / 3), .edit = {}, .then = {}});
  stage(torn.substr(torn.size() / 3), {notes, whole});
  stages.push_back({.log = {}, .edit = is_markdown ? "By hand.\n" : "{\"mine\":2}\n", .then = {}});
  stage(write.user("::stop dest:notes." + extension), {notes, whole});
  stage(write.assistants(), {whole});
  stage(write.user("::start notes." + extension + "\n::export all." + extension),
        {notes, whole, all});
  stage(write.work(), {notes, whole});
  stage(write.user("::stop"), {notes, whole});
  stage(write.assistant(), {twin});

  Stage again{.log = write.user("::start notes." + extension), .edit = {}, .then = {}};
  again.then = {{notes, write.last()}};
  scenario.epilogue.push_back(again);
  Stage last{.log = write.assistant(), .edit = {}, .then = {}};
  last.log += write.user("::stop");
  last.then = {{notes, write.last()}};
  scenario.epilogue.push_back(last);
  return scenario;
}

}  // namespace kato::test
