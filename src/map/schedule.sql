-- Schedules, through pg_cron.

-- The numbers that a field of a cron schedule stands for; null if it is none
CREATE OR REPLACE FUNCTION _accountmatch.cron_field(field text, low integer, high integer, names text[]) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	part text;
	m text[];
	first integer;
	last integer;
	result integer[] := '{}';
BEGIN
	FOREACH part IN ARRAY string_to_array(lower(field), ',') LOOP
		FOR i IN 1 .. coalesce(cardinality(names), 0) LOOP
			part := regexp_replace(part, '\m' || names[i] || '\M', (i - 1 + low)::text, 'g');
		END LOOP;
		m := regexp_match(part, '^(?:(\*)|([0-9]{1,4})(?:-([0-9]{1,4}))?)(?:/([0-9]{1,4}))?$');
		IF m IS NULL OR m[4] = '0' THEN
			RETURN NULL;
		END IF;
		first := coalesce(m[2]::integer, low);
		last := coalesce(m[3]::integer, CASE WHEN m[1] IS NOT NULL OR m[4] IS NOT NULL THEN high ELSE first END);
		IF first < low OR last > high OR first > last THEN
			RETURN NULL;
		END IF;
		result := result || ARRAY(SELECT generate_series(first, last, coalesce(m[4]::integer, 1)));
	END LOOP;
	RETURN result;
END
$$;
REVOKE ALL ON FUNCTION _accountmatch.cron_field(text, integer, integer, text[]) FROM PUBLIC;

CREATE OR REPLACE FUNCTION accountmatch.next_run(schedule text, after timestamptz DEFAULT now(), time_zone text DEFAULT 'GMT')
RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, _accountmatch, pg_temp
AS $$
DECLARE
	fields text[] := regexp_split_to_array(CASE btrim(schedule)
		WHEN '@hourly' THEN '0 * * * *' WHEN '@daily' THEN '0 0 * * *' WHEN '@midnight' THEN '0 0 * * *'
		WHEN '@weekly' THEN '0 0 * * 0' WHEN '@monthly' THEN '0 0 1 * *'
		WHEN '@yearly' THEN '0 0 1 1 *' WHEN '@annually' THEN '0 0 1 1 *' ELSE btrim(schedule) END, '\s+');
	minutes integer[];
	hours integer[];
	days integer[];
	months integer[];
	weekdays integer[];
	start timestamp := date_trunc('minute', after AT TIME ZONE time_zone) + interval '1 minute';
	day date;
	found_at timestamp;
BEGIN
	IF schedule ~* '^\s*[1-9][0-9]? seconds?\s*$' THEN
		RETURN after + schedule::interval;
	END IF;
	IF cardinality(fields) = 5 THEN
		minutes := _accountmatch.cron_field(fields[1], 0, 59, NULL);
		hours := _accountmatch.cron_field(fields[2], 0, 23, NULL);
		days := _accountmatch.cron_field(fields[3], 1, 31, NULL);
		months := _accountmatch.cron_field(fields[4], 1, 12, '{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}');
		weekdays := _accountmatch.cron_field(fields[5], 0, 7, '{sun,mon,tue,wed,thu,fri,sat}');
	END IF;
	IF minutes IS NULL OR hours IS NULL OR days IS NULL OR months IS NULL OR weekdays IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('"%s" is no schedule', coalesce(schedule, 'null')),
			HINT = 'Write minute, hour, day of month, month and day of week, as in ''0 6 * * 1'': Mondays at 6:00.';
	END IF;
	-- every day of a month of a leap year comes within eight years
	FOR n IN 0 .. 8 * 366 LOOP
		day := start::date + n;
		CONTINUE WHEN NOT extract(month FROM day)::integer = ANY (months);
		-- as cron has it: where both days are restricted, either will do
		CONTINUE WHEN NOT CASE WHEN fields[3] <> '*' AND fields[5] <> '*'
			THEN extract(day FROM day)::integer = ANY (days) OR extract(dow FROM day)::integer = ANY (weekdays) OR extract(dow FROM day) = 0 AND 7 = ANY (weekdays)
			ELSE extract(day FROM day)::integer = ANY (days) AND (extract(dow FROM day)::integer = ANY (weekdays) OR extract(dow FROM day) = 0 AND 7 = ANY (weekdays)) END;
		SELECT min(day + make_interval(hours => h, mins => m)) INTO found_at
		FROM unnest(hours) h, unnest(minutes) m WHERE day + make_interval(hours => h, mins => m) >= start;
		IF found_at IS NOT NULL THEN
			RETURN found_at AT TIME ZONE time_zone;
		END IF;
	END LOOP;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION accountmatch.next_run(text, timestamptz, text) IS
'when a cron schedule comes next after a point in time; null if never';

-- How a job is called in pg_cron
CREATE OR REPLACE FUNCTION accountmatch.remap_job(partner text DEFAULT NULL, database text DEFAULT current_database()) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$ SELECT concat_ws(' ', 'accountmatch', database, partner) $$;
COMMENT ON FUNCTION accountmatch.remap_job(text, text) IS 'the name of the job in cron.job that schedule_remap makes';

CREATE OR REPLACE FUNCTION accountmatch.schedule_remap(schedule text, partner text DEFAULT NULL, database text DEFAULT current_database())
RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	command text := CASE WHEN partner IS NULL THEN 'CALL accountmatch.remap_all()' ELSE format('CALL accountmatch.remap(%L)', partner) END;
	name text := accountmatch.remap_job(partner, database);
	next_at timestamptz := accountmatch.next_run(schedule);
	cron_database text;
	zone text := 'GMT';
	job bigint;
BEGIN
	IF NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pg_cron') THEN
		BEGIN
			cron_database := current_setting('cron.database_name', true);
		EXCEPTION WHEN insufficient_privilege THEN
			NULL;
		END;
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = CASE WHEN cron_database <> current_database()
				THEN format('pg_cron lives in the database "%s", not in this one', cron_database)
				ELSE 'pg_cron is not installed in this database' END,
			HINT = CASE
				WHEN cron_database <> current_database() THEN format('There, run SELECT cron.schedule_in_database(%L, %L, %L, %L).',
					name, schedule, command, database)
				WHEN cron_database = current_database() THEN 'Run CREATE EXTENSION pg_cron, and grant USAGE on the schema cron.'
				ELSE format('Install pg_cron (Debian: postgresql-%s-cron), set shared_preload_libraries = ''pg_cron'' and cron.database_name = %L, restart the server, and run CREATE EXTENSION pg_cron.',
					current_setting('server_version_num')::integer / 10000, current_database()) END;
	END IF;
	IF database = current_database() AND partner IS NOT NULL AND NOT EXISTS (SELECT FROM accountmatch.map_names() n WHERE n = partner) THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('there is no partner or map "%s"', partner);
	END IF;
	EXECUTE 'SELECT cron.schedule_in_database($1, $2, $3, $4)' INTO job USING name, schedule, command, database;
	BEGIN
		-- before pg_cron 1.6 it is always GMT
		zone := coalesce(current_setting('cron.timezone', true), 'GMT');
	EXCEPTION WHEN insufficient_privilege THEN
		NULL;
	END;
	next_at := accountmatch.next_run(schedule, now(), zone);
	RAISE NOTICE USING MESSAGE = format('job %s runs in the time zone %s, next at %s %s', job, zone, next_at AT TIME ZONE zone, zone),
		HINT = 'See cron.job_run_details and accountmatch.runs for what it did.';
	RETURN job;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.schedule_remap(text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.schedule_remap(text, text, text) IS
'have pg_cron re-map a partner, or all, by a schedule as in crontab; also from the database where pg_cron lives, for another one. The job runs as who calls. Again: the new schedule takes the place of the old one. Not executable by PUBLIC';

CREATE OR REPLACE FUNCTION accountmatch.unschedule_remap(partner text DEFAULT NULL, database text DEFAULT current_database())
RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	job bigint;
BEGIN
	IF EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pg_cron') THEN
		EXECUTE 'SELECT j.jobid FROM cron.job j WHERE j.jobname = $1 AND j.username = current_user' INTO job
			USING accountmatch.remap_job(partner, database);
		IF job IS NOT NULL THEN
			EXECUTE 'SELECT cron.unschedule($1)' USING job;
		END IF;
	END IF;
	RETURN job IS NOT NULL;
END
$$;
REVOKE ALL ON FUNCTION accountmatch.unschedule_remap(text, text) FROM PUBLIC;
COMMENT ON FUNCTION accountmatch.unschedule_remap(text, text) IS
'take a job of schedule_remap back; whether there was one. Not executable by PUBLIC';
