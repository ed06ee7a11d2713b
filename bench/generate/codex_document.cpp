#include <ostream>

#include "bench/generate/json.h"
#include "bench/generate/logs.h"

namespace kato::bench {
namespace {

constexpr int64_t kBegin = 1744986200000;

// Indented by two blanks a level down to the items, and their fields in one line.
class CodexDocument {
 public:
  CodexDocument(std::ostream& out, uint64_t seed) : out_(out), words_(seed), moments_(kBegin) {
    write("{\n  \"session\": " +
          object({{"timestamp", quoted(moments_.after(0))},
                  {"id", quoted(words_.uuid())},
                  {"instructions", quoted("")}}) +
          ",\n  \"items\": [");
  }

  [[nodiscard]] uint64_t written() const { return written_; }

  void turn() {
    message("user", "input_text", words_.prose());
    for (uint64_t step = words_.below(8); step > 0; --step) {
      call_a_tool();
    }
    message("assistant", "output_text", words_.answer());
  }

  void end() { write("\n  ]\n}"); }

 private:
  void write(const std::string& text) {
    out_ << text;
    written_ += text.size();
  }

  void item(const std::string& text) {
    write(std::string(is_first_ ? "" : ",") + "\n    " + text);
    is_first_ = false;
  }

  void message(std::string_view role, std::string_view kind, const std::string& text) {
    const auto part = object({{"type", quoted(kind)}, {"text", quoted(text)}});
    item(object({{"type", quoted("message")}, {"role", quoted(role)}, {"content", array({part})}}));
  }

  void call_a_tool() {
    const auto call = quoted("call_" + words_.hex(24));
    const auto arguments = object({{"command", array({quoted("cat"), quoted(words_.path())})},
                                   {"workdir", quoted("/home/ada/tide-clock")}});
    item(object({{"id", quoted("fc_" + words_.hex(24))},
                 {"type", quoted("function_call")},
                 {"status", quoted("completed")},
                 {"arguments", quoted(arguments)},
                 {"call_id", call},
                 {"name", quoted("shell")}}));
    const auto output = object(
        {{"output", quoted(words_.tool_output())}, {"metadata", object({{"exit_code", "0"}})}});
    item(object(
        {{"type", quoted("function_call_output")}, {"call_id", call}, {"output", quoted(output)}}));
  }

  std::ostream& out_;
  Vocabulary words_;
  Moments moments_;
  bool is_first_ = true;
  uint64_t written_ = 0;
};

}  // namespace

std::string codex_document_path(const LogRequest& request) {
  return ".codex/sessions/rollout-2025-04-18-" + Vocabulary(request.seed).uuid() + ".json";
}

void write_codex_document(std::ostream& out, const LogRequest& request) {
  CodexDocument document(out, request.seed);
  while (document.written() < request.bytes) {
    document.turn();
  }
  document.end();
}

}  // namespace kato::bench
