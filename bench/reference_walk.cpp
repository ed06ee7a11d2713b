// kato-bench-walk FILE...: the yardstick. Walks every value of every record with simdjson
// On-Demand, unescapes every string, and keeps nothing.
#include <cstdio>
#include <simdjson.h>
#include <string_view>

#include "bench/pieces.h"

namespace {

using namespace simdjson;
using namespace kato::bench;

class Walk {
 public:
  void piece(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto length = std::min(bytes.find('\n'), bytes.size());
      if (length > 0) record(bytes.substr(0, length), bytes.size() + PieceReader::kPaddingBytes);
      bytes.remove_prefix(std::min(length + 1, bytes.size()));
    }
  }

  void record(std::string_view text, size_t readable_bytes) {
    ondemand::document document;
    ondemand::value root;
    if (parser_.iterate(text.data(), text.size(), readable_bytes).get(document) != SUCCESS ||
        document.get_value().get(root) != SUCCESS || walk(root) != SUCCESS) {
      ++broken_;
    }
    ++records_;
  }

  void print() const {
    static_cast<void>(std::printf("%zu records, %zu broken, %zu bytes of text, %zu other values\n",
                                  records_, broken_, text_bytes_, values_));
  }

 private:
  error_code walk(ondemand::value value) {
    ondemand::json_type type{};
    if (const auto error = value.type().get(type)) return error;
    switch (type) {
      case ondemand::json_type::array:
        return walk_array(value);
      case ondemand::json_type::object:
        return walk_object(value);
      case ondemand::json_type::string: {
        std::string_view text;
        const auto error = value.get_string().get(text);
        text_bytes_ += text.size();
        return error;
      }
      case ondemand::json_type::number: {
        double number = 0;
        ++values_;
        return value.get_double().get(number);
      }
      default:
        ++values_;
        return SUCCESS;
    }
  }

  error_code walk_array(ondemand::value value) {
    ondemand::array elements;
    if (const auto error = value.get_array().get(elements)) return error;
    for (auto element : elements) {
      ondemand::value inner;
      if (const auto error = element.get(inner)) return error;
      if (const auto error = walk(inner)) return error;
    }
    return SUCCESS;
  }

  error_code walk_object(ondemand::value value) {
    ondemand::object fields;
    if (const auto error = value.get_object().get(fields)) return error;
    for (auto each : fields) {
      ondemand::field field;
      if (const auto error = std::move(each).get(field)) return error;
      if (const auto error = walk(field.value())) return error;
    }
    return SUCCESS;
  }

  ondemand::parser parser_;
  size_t records_ = 0;
  size_t broken_ = 0;
  size_t text_bytes_ = 0;
  size_t values_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  Walk walk;
  for (int at = 1; at < count; ++at) {
    const bool is_document = std::string_view(arguments[at]).ends_with(".json");
    PieceReader reader(arguments[at], is_document ? Pieces::kWholeFile : Pieces::kWholeLines);
    if (!reader.is_open()) {
      static_cast<void>(std::fprintf(stderr, "cannot open %s\n", arguments[at]));
      return 1;
    }
    for (auto piece = reader.next(); !piece.empty(); piece = reader.next()) {
      if (is_document) {
        walk.record(piece, piece.size() + PieceReader::kPaddingBytes);
      } else {
        walk.piece(piece);
      }
    }
  }
  walk.print();
  return 0;
}
