-- Status words, segments and tiers: the built-in ones, and the user's over them.
SELECT * FROM accountmatch.classify('opportunity', 'customer');
SELECT * FROM accountmatch.classify('customer', 'prospect');
SELECT * FROM accountmatch.classify('customer', 'opportunity');
SELECT * FROM accountmatch.classify('prospect', 'customer');
SELECT * FROM accountmatch.classify('opportunity', 'prospect');
SELECT * FROM accountmatch.classify('customer', 'customer');
-- words of CRM exports do, whatever their case and punctuation
SELECT segment, tier FROM accountmatch.classify('  Closed-WON ', 'Target Account');
SELECT segment, tier FROM accountmatch.classify('Negotiation/Review', 'salesqualifiedlead');
-- unknown has no tier
SELECT * FROM accountmatch.classify(NULL, 'customer');
SELECT * FROM accountmatch.classify('customer', 'wombat');
SELECT count(*) > 50 AS many, bool_and(built_in) AS all_built_in FROM accountmatch.status_words();
SELECT our_status, their_status, tier, priority FROM accountmatch.tiers();

-- a word of one's own for a built-in status, and over a built-in word
SELECT accountmatch.set_status_word('Wombat!', 'customer');
SELECT accountmatch.set_status_word('lead', 'opportunity');
SELECT segment, tier FROM accountmatch.classify('wombat', 'LEAD');
-- a status of one's own has no tier until it is given one
SELECT accountmatch.set_status_word('Left us', 'churned');
SELECT * FROM accountmatch.classify('left us', 'customer');
SELECT accountmatch.set_tier('churned', 'customer', 2, 'win back', 'Ask the partner what went wrong.');
SELECT * FROM accountmatch.classify('churned', 'customer');
-- a built-in tier can be set, and set back
SELECT accountmatch.set_tier('customer', 'customer', NULL);
SELECT segment, tier FROM accountmatch.classify('customer', 'customer');
SELECT accountmatch.reset_tier('customer', 'customer');
SELECT segment, tier FROM accountmatch.classify('customer', 'customer');
SELECT * FROM accountmatch.status_words() WHERE NOT built_in;
SELECT accountmatch.set_status_word('left us', NULL);
SELECT accountmatch.set_status_word('wombat', NULL);
SELECT accountmatch.set_status_word('lead', NULL);
SELECT segment FROM accountmatch.classify('lead', 'churned');
SELECT accountmatch.reset_tier('churned', 'customer');

-- what cannot be
SELECT accountmatch.set_status_word('!!', 'customer');
SELECT accountmatch.set_status_word(NULL, 'customer');
SELECT accountmatch.set_status_word('x', 'Not A Name');
SELECT accountmatch.set_status_word('x', 'none');
SELECT accountmatch.set_tier('customer', 'churned', 1);
SELECT accountmatch.set_tier('customer', NULL, 1);
SELECT accountmatch.set_tier('customer', 'customer', 5);

-- who may read, and who may set
CREATE ROLE accountmatch_regress_user;
SET ROLE accountmatch_regress_user;
SELECT segment FROM accountmatch.classify('customer', 'prospect');
SELECT count(*) > 0 AS some FROM accountmatch.status_words();
SELECT accountmatch.set_status_word('x', 'customer');
SELECT accountmatch.set_tier('customer', 'customer', 1);
SELECT * FROM _accountmatch.status_word;
RESET ROLE;
GRANT EXECUTE ON FUNCTION accountmatch.set_status_word(text, text) TO accountmatch_regress_user;
SET ROLE accountmatch_regress_user;
SELECT accountmatch.set_status_word('x', 'customer');
RESET ROLE;
SELECT accountmatch.set_status_word('x', NULL);
REVOKE ALL ON FUNCTION accountmatch.set_status_word(text, text) FROM accountmatch_regress_user;
DROP ROLE accountmatch_regress_user;
