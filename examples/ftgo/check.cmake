# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
# Runs the food delivery and checks how it ends.
#   PROGRAM, ARGUMENTS  what to run
#   FEED                a command whose output is piped into it
#   STATUS              what it must end with
#   EXPECTED, ACTUAL    a file with what it must print, and where to leave what it prints
#   SAYS, COMPLAINS     patterns of what it must print, and of what it must print on the standard error
set(commands COMMAND "${PROGRAM}" ${ARGUMENTS})
if(FEED)
  set(commands COMMAND ${FEED} ${commands})
endif()
execute_process(${commands} OUTPUT_VARIABLE out ERROR_VARIABLE err RESULT_VARIABLE status)
file(WRITE "${ACTUAL}" "${out}")
set(wrong)
if(NOT status EQUAL STATUS)
  string(APPEND wrong "It ended with ${status}, not with ${STATUS}. ")
endif()
if(EXPECTED)
  execute_process(COMMAND diff -u "${EXPECTED}" "${ACTUAL}" OUTPUT_VARIABLE diff RESULT_VARIABLE differs)
  if(differs)
    string(APPEND wrong "It printed something else than ${EXPECTED}:\n${diff}\n")
  endif()
endif()
if(SAYS AND NOT out MATCHES "${SAYS}")
  string(APPEND wrong "It did not print '${SAYS}'. ")
endif()
if(COMPLAINS AND NOT err MATCHES "${COMPLAINS}")
  string(APPEND wrong "It did not print '${COMPLAINS}' on the standard error. ")
endif()
if(wrong)
  message(FATAL_ERROR "${wrong}\nstandard output:\n${out}\nstandard error:\n${err}")
endif()
