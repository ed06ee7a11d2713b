// JSON Schema (draft 7) of the options that parse_options (options.h) takes.
#pragma once

#include <string_view>

namespace kato::markdown {

inline constexpr std::string_view kOptionsSchema = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "Options of the sink \"markdown\"",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "includeCommentary": {
      "type": "boolean", "default": true,
      "description": "Show what the assistant says while it works, not only its final words."
    },
    "includeThinking": {
      "type": "boolean", "default": false,
      "description": "Show reasoning, folded in a <details> block."
    },
    "includeToolCalls": {
      "type": "boolean", "default": false,
      "description": "Show tool calls and their results, folded in <details> blocks."
    },
    "truncateToolResults": {
      "type": "integer", "minimum": 0, "maximum": 1000000000, "default": 4000,
      "description": "Characters of a tool's result that are shown; 0 shows all."
    },
    "includeSystemEvents": {
      "type": "boolean", "default": false,
      "description": "Show what was put into the conversation by neither side, and what the provider reports."
    },
    "italicizeUserMessages": {
      "type": "boolean", "default": false,
      "description": "Set the person's text in italics."
    },
    "headingTemplate": {
      "type": "string", "default": "# {speaker}[_{date}_{time}]", "minLength": 1, "maxLength": 200,
      "pattern": "^([^\\[\\]{}\\r\\n]|\\{(speaker|role|model|date|time|year|month|day|hour|minute|second|offset)\\}|\\[([^\\[\\]{}\\r\\n]|\\{(speaker|role|model|date|time|year|month|day|hour|minute|second|offset)\\})*\\])*$",
      "description": "The heading above a speaker's words. A part in [ ] is left out if something in it is unknown."
    },
    "speakerNames": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "user": { "type": "string", "minLength": 1, "maxLength": 200, "default": "User" },
        "assistant": { "type": "string", "minLength": 1, "maxLength": 200, "default": "Assistant" },
        "system": { "type": "string", "minLength": 1, "maxLength": 200, "default": "System" },
        "models": {
          "type": "object",
          "additionalProperties": { "type": "string", "minLength": 1, "maxLength": 200 },
          "description": "Names for models, by the model's name in the log."
        }
      },
      "description": "Names of the speakers in headings. An assistant is called by its model if that is known."
    },
    "includeFrontMatter": {
      "type": "boolean", "default": true,
      "description": "Begin a new file with front matter, and keep that of the files up to date."
    },
    "includeUpdated": {
      "type": "boolean", "default": false,
      "description": "Put the key updated into the front matter of a new file."
    },
    "includeEventKinds": {
      "type": "boolean", "default": false,
      "description": "Put the key conversationEventKinds into the front matter."
    },
    "userName": {
      "type": "string", "maxLength": 200, "default": "",
      "description": "Names the person among the participants, as user.NAME."
    },
    "tags": {
      "type": "array", "items": { "type": "string", "minLength": 1, "maxLength": 200 },
      "maxItems": 100, "default": [],
      "description": "Tags for the front matter."
    }
  }
})json";

}  // namespace kato::markdown
