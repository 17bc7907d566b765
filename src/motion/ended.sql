-- The end of a partnership: what people did with the partner's matches goes with
-- the map. A trigger per statement: dumps are loaded by COPY, which deletes nothing.

CREATE OR REPLACE FUNCTION _accountmatch.map_ended() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['touch', 'weekly_item', 'disposition', 'introduction', 'account_plan'] LOOP
		EXECUTE format('DELETE FROM _accountmatch.%I WHERE map_id IN (SELECT e.map_id FROM ended e)', t);
	END LOOP;
	-- what finance has closed stays, without anything that was the partner's
	UPDATE _accountmatch.closed_attribution c
	SET partner = 'former partner ' || c.map_id, map_id = NULL, overlap_since = NULL, why = NULL
	WHERE c.map_id IN (SELECT e.map_id FROM ended e);
	DELETE FROM _accountmatch.signal g WHERE g.list_id IN (SELECT e.their_list FROM ended e);
	RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.map_ended() FROM PUBLIC;

CREATE OR REPLACE TRIGGER map_ended AFTER DELETE ON _accountmatch.map REFERENCING OLD TABLE AS ended
FOR EACH STATEMENT EXECUTE FUNCTION _accountmatch.map_ended();
