// kato-bench-document FOLDER KATO COUNT PAUSE: what the running daemon spends on a document that is
// written anew with one more message, beside what simdjson's DOM spends on the same bytes at the
// same moment. FOLDER/home holds one such document, FOLDER/log its path. PAUSE, in milliseconds, is
// between a message that came out and the next; from 1400 on each rewriting pays for a commit of
// its own. Prints a row of a table.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <simdjson.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include "bench/arguments.h"
#include "bench/tailers.h"

namespace kato::bench {
namespace {

constexpr int kDeadlineMillis = 60'000;
// Longer than the daemon waits for more before it commits.
constexpr std::chrono::milliseconds kUntilCommitted{1400};

[[noreturn]] void give_up(const std::string& why) {
  bench::give_up("kato-bench-document", why);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values.empty() ? 0 : values[values.size() / 2];
}

std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The document as its client keeps it: all of it in memory, written whole.
class Document {
 public:
  explicit Document(std::string path) : path_(std::move(path)), text_(read_all(path_)) {
    end_ = text_.rfind(']');
    updated_ = text_.find(kUpdated);
    if (end_ == std::string::npos) give_up("no list in " + path_);
  }

  // One more message of a person; the time in the head, if there is one, changes with it.
  void say(const std::string& marker, const std::string& text) {
    const auto now = now_text();
    if (is_gemini()) text_.replace(updated_ + kUpdated.size(), now.size(), now);
    const auto said = "\"text\":\"" + marker + "\\n" + text + "\"}]}";
    const auto message = is_gemini() ? ",\n  {\"id\":\"id-" + marker + "\",\"timestamp\":\"" + now +
                                           "\",\"type\":\"user\",\"content\":[{" + said
                                     : ",\n    {\"type\":\"message\",\"role\":\"user\","
                                       "\"content\":[{\"type\":\"input_text\"," +
                                           said;
    text_.insert(end_, message);
    end_ += message.size();
    std::ofstream(path_ + ".new", std::ios::binary) << text_;
    std::filesystem::rename(path_ + ".new", path_);
  }
  [[nodiscard]] double megabytes() const { return static_cast<double>(text_.size()) / 1e6; }

 private:
  static constexpr std::string_view kUpdated = "\"lastUpdated\":\"";

  [[nodiscard]] bool is_gemini() const { return updated_ != std::string::npos; }

  std::string path_;
  std::string text_;
  size_t end_ = 0;
  size_t updated_ = 0;
};

double cpu_ms() {
  timespec now{};
  static_cast<void>(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now));
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

// The yardstick, with memory that is kept from one time to the next.
class DomParse {
 public:
  // CPU ms of parsing alone; the document is in memory.
  double run(const std::string& path) {
    const auto text = simdjson::padded_string::load(path);
    if (text.error()) give_up("cannot read " + path);
    const double begin = cpu_ms();
    if (parser_.parse(text.value_unsafe()).error()) give_up(path + " is no JSON");
    return cpu_ms() - begin;
  }

 private:
  simdjson::dom::parser parser_;
};

int run(const std::string& folder, const std::string& program, int count,
        std::chrono::milliseconds pause) {
  std::string log;
  std::getline(std::ifstream(folder + "/log"), log);
  Document document(log);
  KatoTailer kato(program, folder + "/home", folder + "/state", log);
  kato.start();
  if (!kato.await_ready()) give_up("the daemon is not ready");
  // A message without a time that came before the daemon has read the document is an old one.
  std::this_thread::sleep_for(kUntilCommitted);
  Awaited output(kato.output());
  const auto say = [&](const std::string& marker, const std::string& text) {
    document.say(marker, text);
    if (!output.wait_for(marker, kDeadlineMillis)) give_up("a message was lost");
    std::this_thread::sleep_for(pause);
  };
  const auto name = std::to_string(::getpid()) + "-";
  say("begin-" + name, "::start " + kato.output());
  DomParse dom;
  static_cast<void>(dom.run(log));
  constexpr size_t kFill = 600;
  std::vector<double> dom_ms;
  const auto before = kato.process().usage();
  for (int i = 0; i < count; ++i) {
    say("say-" + name + std::to_string(i) + ".", std::string(kFill, 'x'));
    dom_ms.push_back(dom.run(log));
  }
  std::this_thread::sleep_for(kUntilCommitted);
  const auto usage = kato.process().usage();
  static_cast<void>(kato.end());
  kato.start();
  if (!kato.await_ready()) give_up("the daemon is not ready again");
  const auto restarted = kato.process().usage();
  say("first-" + name, std::string(kFill, 'x'));
  std::this_thread::sleep_for(kUntilCommitted);
  const double first_ms = kato.process().usage().cpu_ms - restarted.cpu_ms;
  static_cast<void>(kato.end());
  const double daemon_ms = (usage.cpu_ms - before.cpu_ms) / count;
  const double read_mb = static_cast<double>(usage.read_bytes - before.read_bytes) / 1e6 / count;
  std::printf("| %.1f | %lld | %.2f | %.2f | %.2f | %.2f | %.0f | %.0f | %.1f |\n",
              document.megabytes(), static_cast<long long>(pause.count()), daemon_ms,
              median(dom_ms), daemon_ms / median(dom_ms), read_mb / document.megabytes(),
              usage.resident_mb, usage.peak_mb, first_ms);
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace kato::bench

int main(int count, char** arguments) {
  if (count != 5) {
    static_cast<void>(std::fputs("usage: kato-bench-document FOLDER KATO COUNT PAUSE\n", stderr));
    return 2;
  }
  return kato::bench::run(arguments[1], arguments[2], kato::bench::number_from(arguments[3], 1),
                          std::chrono::milliseconds(kato::bench::number_from(arguments[4], 0)));
}
