// kato-bench-compare ROUNDS BYTES NAME COMMAND... [-- NAME COMMAND...]...: runs the commands in
// turn, ROUNDS times round, and prints for each the medians: MB/s by wall clock and by CPU (user
// and system time of the process, by getrusage), peak resident memory, and its CPU speed as a part
// of the first one's in the same round. One line each: a row of a markdown table.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

struct Cost {
  double wall_s = 0;
  double cpu_s = 0;
  double peak_mb = 0;
};

struct Subject {
  std::string name;
  std::vector<char*> command;  // ends in nullptr
  std::vector<Cost> costs{};
};

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

[[noreturn]] void become(const std::vector<char*>& command) {
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  static_cast<void>(::dup2(nothing, STDIN_FILENO));
  static_cast<void>(::dup2(nothing, STDOUT_FILENO));
  static_cast<void>(::execvp(command.front(), command.data()));
  std::perror(command.front());
  ::_exit(127);
}

bool run(Subject& subject) {
  const auto began = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child == 0) become(subject.command);
  int status = 0;
  rusage usage{};
  if (child < 0 || ::wait4(child, &status, 0, &usage) != child || status != 0) {
    static_cast<void>(
        std::fprintf(stderr, "%s failed (status %d)\n", subject.name.c_str(), status));
    return false;
  }
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - began;
  constexpr double kKilobytesPerMegabyte = 1024;
  subject.costs.push_back({wall.count(), seconds(usage.ru_utime) + seconds(usage.ru_stime),
                           static_cast<double>(usage.ru_maxrss) / kKilobytesPerMegabyte});
  return true;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

template <typename Pick>
double median_of(const Subject& subject, Pick pick) {
  std::vector<double> values;
  values.reserve(subject.costs.size());
  for (const auto& cost : subject.costs) {
    values.push_back(pick(cost));
  }
  return median(std::move(values));
}

void print(const Subject& subject, const Subject& reference, double bytes) {
  std::vector<double> ratios;
  ratios.reserve(subject.costs.size());
  for (size_t round = 0; round < subject.costs.size(); ++round) {
    ratios.push_back(reference.costs[round].cpu_s / subject.costs[round].cpu_s);
  }
  const double wall = median_of(subject, [](const Cost& cost) { return cost.wall_s; });
  const double cpu = median_of(subject, [](const Cost& cost) { return cost.cpu_s; });
  const double peak = median_of(subject, [](const Cost& cost) { return cost.peak_mb; });
  constexpr double kMegabyte = 1e6;
  static_cast<void>(std::printf("| %s | %.0f | %.0f | %.3f | %.1f | %.2f |\n", subject.name.c_str(),
                                bytes / wall / kMegabyte, bytes / cpu / kMegabyte, cpu, peak,
                                median(std::move(ratios))));
}

std::vector<Subject> read_subjects(int count, char** arguments) {
  std::vector<Subject> subjects;
  bool is_name = true;
  for (int at = 3; at < count; ++at) {
    if (std::string_view(arguments[at]) == "--") {
      is_name = true;
    } else if (is_name) {
      subjects.push_back({arguments[at], {}});
      is_name = false;
    } else {
      subjects.back().command.push_back(arguments[at]);
    }
  }
  for (auto& subject : subjects) {
    subject.command.push_back(nullptr);
  }
  return subjects;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 5) {
    static_cast<void>(std::fputs(
        "usage: kato-bench-compare ROUNDS BYTES NAME COMMAND... [-- NAME COMMAND...]...\n",
        stderr));
    return 2;
  }
  const long rounds = std::max(1L, std::strtol(arguments[1], nullptr, 10));
  const double bytes = std::strtod(arguments[2], nullptr);
  auto subjects = read_subjects(count, arguments);
  for (long round = 0; round < rounds; ++round) {
    for (auto& subject : subjects) {
      if (!run(subject)) return 1;
    }
  }
  for (const auto& subject : subjects) {
    print(subject, subjects.front(), bytes);
  }
  return 0;
}
