#include <ostream>

#include "bench/generate/json.h"
#include "bench/generate/logs.h"

namespace kato::bench {
namespace {

constexpr int64_t kBegin = 1767600000000;

class GeminiLog {
 public:
  GeminiLog(std::ostream& out, uint64_t seed, bool is_document)
      : out_(out), words_(seed), session_(words_.uuid()), moments_(kBegin), document_(is_document) {
    const auto now = quoted(moments_.after(0));
    const auto head = "\"sessionId\":" + quoted(session_) +
                      ",\"projectHash\":" + quoted(words_.hex(64)) + ",\"startTime\":" + now +
                      ",\"lastUpdated\":" + now;
    write("{" + head + (document_ ? ",\n\"messages\":[" : ",\"kind\":\"main\"}\n"));
  }

  [[nodiscard]] uint64_t written() const { return written_; }

  void turn() {
    const auto text = object({{"text", quoted(words_.prose())}});
    message(object({{"id", quoted(words_.uuid())},
                    {"timestamp", quoted(moments_.after(words_.below(60000)))},
                    {"type", quoted("user")},
                    {"content", array({text})}}));
    for (uint64_t step = words_.below(8); step > 0; --step) {
      call_a_tool();
    }
    const auto answer = model_fields(words_.answer());
    message("{" + answer + "}");
  }

  void end() {
    if (document_) write("\n]}\n");
  }

 private:
  void write(const std::string& text) {
    out_ << text;
    written_ += text.size();
  }

  void message(const std::string& text) {
    if (document_) {
      write(std::string(is_first_ ? "" : ",") + "\n  " + text);
      is_first_ = false;
      return;
    }
    write(text + "\n" + R"({"$set":{"lastUpdated":)" + quoted(moments_.after(1)) + "}}\n");
  }

  // The fields of a message of the model, without the braces.
  std::string model_fields(const std::string& said) {
    const auto now = quoted(moments_.after(words_.below(9000)));
    const auto thought = object({{"subject", quoted(words_.path())},
                                 {"description", quoted(words_.prose())},
                                 {"timestamp", now}});
    return "\"id\":" + quoted(words_.uuid()) + ",\"timestamp\":" + now +
           ",\"type\":\"gemini\",\"content\":" + quoted(said) +
           ",\"thoughts\":" + (words_.one_in(2) ? "[]" : array({thought})) + ",\"tokens\":" +
           object({{"input", std::to_string(words_.below(90000))},
                   {"output", std::to_string(words_.below(900))},
                   {"total", std::to_string(words_.below(99999))}}) +
           R"(,"model":"gemini-3.8-flash")";
  }

  void call_a_tool() {
    const auto fields = model_fields(words_.one_in(2) ? "" : words_.prose());
    if (!document_) message("{" + fields + "}");
    const auto id = quoted("read_file-" + words_.hex(12));
    const auto response = object({{"output", quoted(words_.tool_output())}});
    const auto result =
        object({{"functionResponse",
                 object({{"id", id}, {"name", quoted("read_file")}, {"response", response}})}});
    const auto call = object({{"id", id},
                              {"name", quoted("read_file")},
                              {"args", object({{"file_path", quoted(words_.path())}})},
                              {"result", array({result})},
                              {"status", quoted("success")},
                              {"timestamp", quoted(moments_.after(500))}});
    message("{" + fields + ",\"toolCalls\":" + array({call}) + "}");
  }

  std::ostream& out_;
  Vocabulary words_;
  std::string session_;
  Moments moments_;
  bool document_;
  bool is_first_ = true;
  uint64_t written_ = 0;
};

void write_log(std::ostream& out, const LogRequest& request, bool is_document) {
  GeminiLog log(out, request.seed, is_document);
  while (log.written() < request.bytes) {
    log.turn();
  }
  log.end();
}

std::string path_of(const LogRequest& request, std::string_view ending) {
  return ".gemini/tmp/tide-clock/chats/session-2026-01-05T08-00-" +
         Vocabulary(request.seed).uuid().substr(0, 8) + std::string(ending);
}

}  // namespace

std::string gemini_path(const LogRequest& request) {
  return path_of(request, ".jsonl");
}
std::string gemini_document_path(const LogRequest& request) {
  return path_of(request, ".json");
}

void write_gemini(std::ostream& out, const LogRequest& request) {
  write_log(out, request, false);
}
void write_gemini_document(std::ostream& out, const LogRequest& request) {
  write_log(out, request, true);
}

}  // namespace kato::bench
