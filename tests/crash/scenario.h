// What happens to one conversation and its recordings: the same in every run, killed or not.
#pragma once

#include <string>
#include <vector>

#include "host/base/clock.h"

namespace kato::test {

// Something must be in a file before the scenario goes on.
struct Expectation {
  std::string file;  // below the home folder; "*.twin.jsonl" stands for the twin
  std::string text;
};

struct Stage {
  std::string log;   // is appended to the log
  std::string edit;  // is appended to the first recording, as its owner would
  std::vector<Expectation> then;
};

struct Scenario {
  std::string agent;
  std::string extension;   // of the destinations, and thereby the sink
  std::string durability;  // of the config
  std::string log;         // path of the log, below the home folder
  std::vector<std::pair<std::string, std::string>> files;  // that are there before all
  std::vector<Stage> stages;                               // with the daemon running
  std::vector<Stage> epilogue;  // with another daemon, after the first was ended as it should
  std::vector<std::string> destinations;
  std::vector<std::string> markers;  // each is in one event's text
};

// A recording into a file that has content, a capture, an edit by hand, an export, stops and
// starts. begin: times of the conversation lie behind it.
[[nodiscard]] Scenario make_scenario(const std::string& agent, const std::string& extension,
                                     const std::string& durability, const std::string& home,
                                     UnixMillis begin);

}  // namespace kato::test
