#!/bin/sh
# Everything that is looked at before a change is sent: npm run check
# What is wrong with style or types is told before the tests begin.
npm run lint &
lint=$!
sh test/prepare.sh && npm run build && npm run typecheck
rest=$?
wait $lint && [ $rest = 0 ] && npm run test:all
