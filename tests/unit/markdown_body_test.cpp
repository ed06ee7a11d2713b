// What a text leaves open must not swallow what follows it.
#include "sink_rendering.h"

using namespace kato::test;

namespace {

std::string file_of(const std::vector<SampleEvent>& events, bool italic) {
  RecordingContent recording;
  recording.options_json = std::string(R"({"includeFrontMatter":false,"italicizeUserMessages":)") +
                           (italic ? "true}" : "false}");
  return rendered("markdown", events, recording);
}

// The body that is written for `text`.
std::string body(const std::string& text, bool italic = false) {
  const std::string head = "# User\n\n";
  const std::string file = file_of({user(text)}, italic);
  REQUIRE(file.starts_with(head));
  return file.substr(head.size());
}

}  // namespace

TEST_CASE("an open code fence is closed by a line like the one that opened it", "[sinks]") {
  CHECK(body("```js\ncode") == "```js\ncode\n```\n");
  CHECK(body("~~~~\n```\n~~~") == "~~~~\n```\n~~~\n~~~~\n");
  CHECK(body("  `````\n  ````") == "  `````\n  ````\n  `````\n");
  CHECK(body("text\r\n```\r\ncode\r\n") == "text\r\n```\r\ncode\n```\n");
}

TEST_CASE("what is closed, or no fence at all, gets no further line", "[sinks]") {
  for (const std::string text :
       {"```js\ncode\n```", "~~~\n```\n~~~", "```\ncode\n   ````  ", "``` `` ```", "``\nx",
        "    ```\n    code", "a ``` b", "> ```\n> quoted", "~~~ a ` b\n~~~"}) {
    CHECK(body(text) == text + "\n");
  }
}

TEST_CASE("a fence in a list item is known by the item's indentation", "[sinks]") {
  for (const std::string text : {"- ```sh\n  ls\n  ```", "1. step\n\n   ```\n   x\n   ```\n2. next",
                                 "- a\n  - ```\n    x\n    ```", "10) x\n\n    ```\n    y\n    ```",
                                 "- ```\n  open\n\nthe item is over", "-\t```\n\tx\n\t```"}) {
    CHECK(body(text) == text + "\n");
  }
  CHECK(body("- item\n  ```\n  code") == "- item\n  ```\n  code\n  ```\n");
  CHECK(body("- ```\n  code") == "- ```\n  code\n  ```\n");
  CHECK(body("- a\n  ```\n  x\nback\n\n```\nopen") == "- a\n  ```\n  x\nback\n\n```\nopen\n```\n");
  CHECK(body("- a\nlazy\n\n  ```\nnot of the item\n```\nafter") ==
        "- a\nlazy\n\n  ```\nnot of the item\n```\nafter\n```\n");
}

TEST_CASE("an indented text does not become part of a list that the text before it ends in",
          "[sinks]") {
  CHECK(file_of({user("- item"), user("  ```\ncode"), user("end")}, false) ==
        "# User\n\n- item\n\n<!-- -->\n\n  ```\ncode\n  ```\n\nend\n");
}

TEST_CASE("an HTML block that only its end mark ends is ended", "[sinks]") {
  CHECK(body("<!-- to do") == "<!-- to do\n-->\n");
  CHECK(body("text\n<PRE class=x>\n\ny") == "text\n<PRE class=x>\n\ny\n</pre>\n");
  CHECK(body("<?php\n\n$x") == "<?php\n\n$x\n?>\n");
  CHECK(body("<![CDATA[\n\nx") == "<![CDATA[\n\nx\n]]>\n");
  for (const std::string text : {"<!-- a -->", "<!-->", "<script>\n\n</STYLE>\nx", "<prefix>\n\nx",
                                 "a <!-- b", "    <!-- code", "`<!--`"}) {
    CHECK(body(text) == text + "\n");
  }
}

TEST_CASE("a fence mark inside an HTML block is none", "[sinks]") {
  CHECK(body("<details>\n```\n\nx") == "<details>\n```\n\nx\n");
  CHECK(body("<div>\n\n```\nx") == "<div>\n\n```\nx\n```\n");
  CHECK(body("<my-tag>\n```\n\nx") == "<my-tag>\n```\n\nx\n");
  CHECK(body("para\n<span>\n```\nx") == "para\n<span>\n```\nx\n```\n");
}

TEST_CASE("a line of a million list marks is read in time", "[sinks]") {
  std::string marks;
  for (int i = 0; i < 1000000; ++i) {
    marks += "- ";
  }
  CHECK(body(marks + "x").size() == marks.size() + 2);
}

TEST_CASE("italics leave code, marks and rules alone", "[sinks]") {
  CHECK(body("Hello there  \n\n- item\n1. one\n# title\n> quote\n| a | b |\n\n    code\n---\n"
             "```\nx\n```\nuse `a*b`\nends in \\\nlast",
             true) ==
        "*Hello there*  \n\n- *item*\n1. *one*\n# *title*\n> *quote*\n| a | b |\n\n    code\n---\n"
        "```\nx\n```\n_use `a*b`_\nends in \\\n*last*\n");
}

TEST_CASE("a NUL is written as the replacement character, all else as it is", "[sinks]") {
  using namespace std::string_literals;
  CHECK(body("a\0b\n\0"s) ==
        "a\xEF\xBF\xBD"
        "b\n\xEF\xBF\xBD\n");
  CHECK(body("a\0b"s, true) ==
        "*a\xEF\xBF\xBD"
        "b*\n");
  CHECK(body("\x1B[1mbold\x1B[0m\a") == "\x1B[1mbold\x1B[0m\a\n");
}
