// A home in which logs grow while the daemon's code runs: the real files and their events, a clock
// that the test moves, no waiting.
#pragma once

#include <deque>
#include <kato/testkit/source_folder.hpp>
#include <memory>
#include <string>
#include <vector>

#include "host/daemon/daemon.h"

#include "tests/growth/growing_file.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temporary_folder.h"

namespace kato::test {

// A log that is to grow at a place below the provider's root.
struct GrowthInput {
  std::string plugin;
  std::vector<testkit::SourceFile> sources;  // of one root; content.path says where
  std::vector<kato_growth> growths;          // of each source
  uint64_t seed = 1;
  size_t most_moments = 40;  // of each source
};

class GrowingHome {
 public:
  explicit GrowingHome(const GrowthInput& input);

  // Grows everything to its end under the daemon, with restarts in between. Returns what differs
  // between the twins and a decoding at once; "" if nothing does.
  [[nodiscard]] std::string run();
  // How many sessions were compared, and how many moments there were.
  [[nodiscard]] size_t sessions() const { return sessions_; }
  [[nodiscard]] size_t moments() const { return moments_; }

 private:
  struct Growing {
    std::string path;
    std::deque<Moment> moments;
  };
  using Line = std::deque<Growing>;  // sources of one session, which grow one after the other

  void start();
  void restart();
  void settle();
  [[nodiscard]] std::vector<Line> plan();
  [[nodiscard]] std::string compare();
  [[nodiscard]] std::string source_path(const testkit::SourceFile& source) const;
  [[nodiscard]] std::unique_ptr<Assembly> assemble() const;

  const GrowthInput& input_;
  testkit::Seeded random_;
  TemporaryFolder home_;
  FixedEnvironment environment_;
  FakeClock clock_;
  std::unique_ptr<FileSystem> files_;
  std::unique_ptr<Daemon> daemon_;
  size_t sessions_ = 0;
  size_t moments_ = 0;
};

}  // namespace kato::test
