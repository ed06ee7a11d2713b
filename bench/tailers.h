// What follows growing logs: kato and its references, each with a log of its own to follow.
#pragma once

#include <memory>
#include <string>

#include "bench/watched_process.h"

namespace kato::bench {

// As agents write it into their logs.
[[nodiscard]] std::string now_text();

// One follower of one log. It may watch many others besides.
class Tailer {
 public:
  virtual ~Tailer() = default;
  Tailer(const Tailer&) = delete;
  Tailer& operator=(const Tailer&) = delete;
  Tailer(Tailer&&) = delete;
  Tailer& operator=(Tailer&&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& log() const { return log_; }
  // Where what it read comes out.
  [[nodiscard]] virtual std::string output() const = 0;
  virtual void start() = 0;
  [[nodiscard]] WatchedProcess& process() { return *process_; }
  // Ends it; its CPU time in ms.
  double end();

  // Appends one record of 0.7 KB that holds `marker`.
  void append(const std::string& marker);
  // The same as a person's message: of a length as it comes.
  void append_user(const std::string& marker, const std::string& text);

 protected:
  Tailer(std::string name, std::string log) : name_(std::move(name)), log_(std::move(log)) {}
  std::unique_ptr<WatchedProcess> process_;

 private:
  void append_line(const std::string& marker, const std::string& rest);

  std::string name_;
  std::string log_;
};

// program: of kato; home: in which the log lies; state: its state directory. The conversation must
// be recorded to be measured: begin_recording() sees to it, once.
class KatoTailer final : public Tailer {
 public:
  KatoTailer(std::string program, std::string home, std::string state, std::string log)
      : Tailer("kato", std::move(log)),
        program_(std::move(program)),
        home_(std::move(home)),
        state_(std::move(state)) {}
  [[nodiscard]] std::string output() const override { return home_ + "/notes/bench.md"; }
  void start() override;
  // Until it watches: a command that is older than the daemon would not run.
  [[nodiscard]] bool await_ready() const;
  [[nodiscard]] bool begin_recording();

 private:
  std::string program_;
  std::string home_;
  std::string state_;
};

// The bare tailer: program OUTPUT CURSORS ROOT...
class BareTailer final : public Tailer {
 public:
  BareTailer(std::string program, std::string root, std::string folder, std::string log)
      : Tailer("bare tailer", std::move(log)),
        program_(std::move(program)),
        root_(std::move(root)),
        folder_(std::move(folder)) {}
  [[nodiscard]] std::string output() const override { return folder_ + "/tailed"; }
  void start() override;

 private:
  std::string program_;
  std::string root_;
  std::string folder_;
};

// rsyslog with its file input, in the foreground.
class Rsyslog final : public Tailer {
 public:
  Rsyslog(std::string program, std::string folder, std::string log)
      : Tailer("rsyslog", std::move(log)),
        program_(std::move(program)),
        folder_(std::move(folder)) {}
  [[nodiscard]] std::string output() const override { return folder_ + "/rsyslog-out"; }
  void start() override;

 private:
  std::string program_;
  std::string folder_;
};

// Waits, without polling, until `text` is in the file behind `from`, or the deadline is over. The
// file may not be there yet; its folder must be.
class Awaited {
 public:
  explicit Awaited(const std::string& file);
  ~Awaited();
  Awaited(const Awaited&) = delete;
  Awaited& operator=(const Awaited&) = delete;
  Awaited(Awaited&&) = delete;
  Awaited& operator=(Awaited&&) = delete;

  [[nodiscard]] bool wait_for(const std::string& text, int deadline_ms);

 private:
  [[nodiscard]] bool came(const std::string& text);

  std::string file_;
  int events_ = -1;
  off_t seen_ = 0;
  std::string tail_;
};

}  // namespace kato::bench
